import type { EventData } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Journal } from "./journal.ts";

/** What a waiting call asks its user. */
export type OpenQuestion = EventData<"input.requested">;

/** A question is mostly the last thing that a waiting call says; where more was told since, it is looked for further back. */
const firstLookBack = 64;
const maxBytes = 256 * 1024;

/** The question that this call waits for, where it does. */
export async function openQuestion(
  journal: Pick<Journal, "read">,
  { call, phase, seq }: Pick<CallView, "call" | "phase" | "seq">,
): Promise<OpenQuestion | undefined> {
  if (phase !== "waiting") return undefined;
  for (let back = firstLookBack; ; back *= 8) {
    const after = Math.max(0, seq - back);
    const asked = await lastAsked(journal, call, { after, to: seq });
    if (asked !== undefined) return (JSON.parse(asked) as { data: OpenQuestion }).data;
    if (after === 0) return undefined;
  }
}

/** As it is in the journal behind `after`. */
async function lastAsked(
  journal: Pick<Journal, "read">,
  call: CallId,
  { after, to }: { after: number; to: number },
): Promise<string | undefined> {
  let asked: string | undefined;
  for (let at = after; at < to; ) {
    const { events } = await journal.read(call, at, maxBytes);
    asked = events.findLast(({ type }) => type === "input.requested")?.text ?? asked;
    at = events.at(-1)?.seq ?? to;
  }
  return asked;
}
