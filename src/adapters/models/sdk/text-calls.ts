import type { ModelPart, ModelTool } from "../../../core/models/model.ts";

/** How a vendor's models write a tool call into their text, where they do so in place of calling. */
export interface CallMarkup {
  /** Where text that begins so is held back until `close` or its end. */
  open: string;
  close: string;
  /** What stands between both, as a call of one of these tools; `undefined` where it is none. */
  read(inside: string, tools: readonly ModelTool[]): { tool: string; arguments: string } | undefined;
}

/** Tells tool calls from the text that they stand in, piece by piece. What is no call of a known tool stays text. */
export class TextCalls {
  readonly #markup: CallMarkup;
  readonly #tools: readonly ModelTool[];
  /** Not told yet: it may be the beginning of a call. */
  #held = "";
  /** How many calls there were. */
  count = 0;

  constructor(markup: CallMarkup, tools: readonly ModelTool[]) {
    this.#markup = markup;
    this.#tools = tools;
  }

  *take(text: string): Generator<ModelPart> {
    this.#held += text;
    const { open, close } = this.#markup;
    for (;;) {
      const from = this.#held.indexOf(open);
      const to = from < 0 ? -1 : this.#held.indexOf(close, from + open.length);
      if (to < 0) break;
      yield* plain(this.#held.slice(0, from));
      yield* this.#call(this.#held.slice(from + open.length, to), this.#held.slice(from, to + close.length));
      this.#held = this.#held.slice(to + close.length);
    }
    const from = this.#held.indexOf(open);
    const told = from < 0 ? this.#held.length - beginningIn(this.#held, open) : from;
    yield* plain(this.#held.slice(0, told));
    this.#held = this.#held.slice(told);
  }

  /** What is left; the last call may lack its end. */
  *end(): Generator<ModelPart> {
    const { open } = this.#markup;
    const held = this.#held;
    this.#held = "";
    if (held.startsWith(open)) yield* this.#call(held.slice(open.length), held);
    else yield* plain(held);
  }

  *#call(inside: string, whole: string): Generator<ModelPart> {
    const call = this.#markup.read(inside, this.#tools);
    if (call === undefined) return yield* plain(whole);
    this.count += 1;
    yield { type: "tool-call", id: `text-${this.count}`, ...call };
  }
}

function* plain(text: string): Generator<ModelPart> {
  if (text !== "") yield { type: "text", text };
}

/** How many of the last characters may be the beginning of a mark. */
function beginningIn(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}
