import type { EventData } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Usage } from "../../protocol/result.ts";
import type { CallContext } from "../calls/work.ts";

/** What a use came to, as it is recorded. */
export interface Used {
  /** `refused`: it was not begun; `unknown`: a crash fell into it, and it may have had its effect. */
  outcome: Exclude<EventData<"tool.completed">["outcome"], "ended">;
  /** What the model is told: bounded, and says itself what was left out. */
  text: string;
  /** How many characters were left out. */
  omitted: number;
  /** What of files the text shows. */
  shows?: EventData<"files.sent">["files"];
  /** The call that it was, where it was one, and what that used. */
  call?: CallId;
  usage?: Usage;
}

/** One use of a tool by a run. */
export interface Use {
  /** Names it within the run, over all attempts. */
  step: string;
  arguments: Readonly<Record<string, unknown>>;
  /** To be told whenever the work gives a sign of life. */
  onSign: () => void;
}

/** A tool as a run offers it to its model. It keeps nothing. */
export interface Ability {
  /** Letters, digits, `_` and `-`, at most 64: what vendors take. */
  readonly name: string;
  readonly description: string;
  /** JSON schema of its arguments. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** A `step` is recorded with what it came to; what the user answers, the call has on record already. */
  readonly kind: "step" | "question";
  /** A fault of it is told to the model, and ends nothing. */
  use(context: CallContext, use: Use, signal: AbortSignal): Promise<Used>;
}

const maxCharacters = 24_000;

/** What a use came to, its text within 24,000 characters: the beginning and the end of a longer one. */
export function used(
  outcome: Used["outcome"],
  whole: string,
  more: Omit<Used, "outcome" | "text" | "omitted"> = {},
): Used {
  if (whole.length <= maxCharacters) return { outcome, text: whole, omitted: 0, ...more };
  const head = whole.slice(0, (maxCharacters * 2) / 3);
  const tail = whole.slice(-maxCharacters / 3);
  const omitted = whole.length - head.length - tail.length;
  return { outcome, text: `${head}\n[… ${omitted} characters are left out here …]\n${tail}`, omitted, ...more };
}
