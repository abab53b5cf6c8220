import type { ModelPart, ModelTool } from "../../../core/models/model.ts";
import { UpTo } from "./up-to.ts";

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
  /** Not told yet: it may be the beginning of a call's mark. */
  #held = "";
  /** A call that has begun. */
  #begun: UpTo | undefined;
  /** How many calls there were. */
  count = 0;

  constructor(markup: CallMarkup, tools: readonly ModelTool[]) {
    this.#markup = markup;
    this.#tools = tools;
  }

  *take(text: string): Generator<ModelPart> {
    let rest = text;
    while (rest !== "")
      rest = this.#begun === undefined ? yield* this.#plain(rest) : yield* this.#inside(rest, this.#begun);
  }

  /** What is left; the last call may lack its end. */
  *end(): Generator<ModelPart> {
    const [held, begun] = [this.#held, this.#begun];
    this.#held = "";
    this.#begun = undefined;
    if (begun === undefined) yield* plain(held);
    else yield* this.#call(begun.whole, this.#markup.open + begun.whole);
  }

  /** Answers what stands behind the beginning of a call. */
  *#plain(text: string): Generator<ModelPart, string> {
    const { open, close } = this.#markup;
    const seen = this.#held + text;
    const from = seen.indexOf(open);
    const told = from < 0 ? seen.length - beginningIn(seen, open) : from;
    yield* plain(seen.slice(0, told));
    this.#held = from < 0 ? seen.slice(told) : "";
    if (from < 0) return "";
    this.#begun = new UpTo(close);
    return seen.slice(from + open.length);
  }

  /** Answers what stands behind the call. */
  *#inside(text: string, begun: UpTo): Generator<ModelPart, string> {
    const found = begun.take(text);
    if (found === undefined) return "";
    this.#begun = undefined;
    const { open, close } = this.#markup;
    yield* this.#call(found.before, open + found.before + close);
    return found.after;
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
