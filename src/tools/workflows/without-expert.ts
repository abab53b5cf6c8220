/** Fields of workflows that ask an expert, for those that ask nobody: their names are taken and not used. */
export const withoutExpert: Readonly<Record<string, null>> = {
  hypothesis: null,
  use_assistant_model: null,
  images: null,
  model: null,
  temperature: null,
  thinking_mode: null,
  use_websearch: null,
};
