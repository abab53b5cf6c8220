/** How much there is to tell a model, by estimate, before it is known for how much of it there is room. */
export interface Extent {
  inputTokens: number;
  /** Of them those that cannot be left out. */
  leastTokens: number;
  /** Whether there is a picture among it. */
  images: boolean;
}

/** What a question asks of the model that answers it. */
export interface Needs extends Extent {
  /** The tool that asks. */
  tool: string;
  tools: boolean;
  webSearch: boolean;
  thinking: boolean;
}

/** One row of the table that decides `auto`: a model, for questions of a kind or for all. */
export interface AutoRule {
  /** `images`, `long`, `web`, `thinking`, or the name of a tool; absent for every question. */
  when?: string;
  model: string;
}

/** A model that `auto` looked at, and the sentence that says why it was taken or not. */
export interface Considered {
  model: string;
  because: string;
}

/** Questions longer than this are long. */
export const longTokens = 100_000;

const kinds: Readonly<Record<string, (needs: Needs) => boolean>> = {
  images: ({ images }) => images,
  long: ({ inputTokens }) => inputTokens > longTokens,
  web: ({ webSearch }) => webSearch,
  thinking: ({ thinking }) => thinking,
};

/** Why a question may go to a rule's model, or why not. */
export function applies({ when }: AutoRule, needs: Needs): { yes: boolean; because: string } {
  if (when === undefined) return { yes: true, because: "for every question" };
  const kind = kinds[when];
  if (kind === undefined) return { yes: needs.tool === when, because: `for the tool ${when}` };
  return { yes: kind(needs), because: `for ${when} questions` };
}
