/** Other clients say in a field of its own that nobody else is to be asked. */
export function internalReview(input: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> {
  const { [field]: kind, ...rest } = input;
  return kind === "internal" ? { use_assistant_model: false, ...rest } : rest;
}
