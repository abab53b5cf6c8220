import type { EventData } from "../../protocol/events.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Journal } from "./journal.ts";

/** What a waiting call asks its user. */
export type OpenQuestion = EventData<"input.requested">;

/** A question is the last thing that a waiting call says; a few lines of its steps may stand behind it. */
const lookBack = 64;
const maxBytes = 256 * 1024;

/** The question that this call waits for, where it does. */
export async function openQuestion(
  journal: Pick<Journal, "read">,
  { call, phase, seq }: Pick<CallView, "call" | "phase" | "seq">,
): Promise<OpenQuestion | undefined> {
  if (phase !== "waiting") return undefined;
  const { events } = await journal.read(call, Math.max(0, seq - lookBack), maxBytes);
  const asked = events.findLast(({ type }) => type === "input.requested");
  return asked === undefined ? undefined : (JSON.parse(asked.text) as { data: OpenQuestion }).data;
}
