import type { PrincipalId, ThreadId } from "../../../protocol/ids.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { rows, type Verb } from "./statement.ts";

/** Removes a thread with its turns; its calls stay. `bytes` is what it is counted with. */
export function* removeThread(thread: { id: ThreadId; principal: PrincipalId; bytes: number }): Verb<void> {
  yield* rows("DELETE FROM turns WHERE thread = $1", thread.id);
  yield* rows("DELETE FROM threads WHERE id = $1", thread.id);
  yield* addHeldBytes(thread.principal, -thread.bytes);
}
