import type { CallId, PrincipalId, ThreadId } from "../../src/protocol/ids.ts";
import type { Core } from "./core.ts";

/** Deletes an ended call as its owner does: with the conversation that it began. */
export async function deleteCall(
  { store, journal }: { store: Pick<Core["store"], "recordTurns" | "deleteThread">; journal: Core["journal"] },
  call: CallId,
  owner = "ada",
): Promise<void> {
  const thread = String(call) as ThreadId;
  const principal = owner as PrincipalId;
  await store.recordTurns({ thread, principal, call, tool: "test", at: 1, turns: [], title: "test" });
  const deleted = await store.deleteThread({ thread, principal });
  if (typeof deleted === "string") throw new Error(`The thread of ${call} is ${deleted}`);
  journal.forget(call);
}
