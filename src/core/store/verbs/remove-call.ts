import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { rows, type Verb } from "./statement.ts";

/** Removes an ended call with its journal and its request; its spend rows stay. `bytes` is what it is counted with. */
export function* removeCall(call: { id: CallId; principal: PrincipalId; bytes: number }): Verb<void> {
  yield* rows("DELETE FROM journal WHERE call = $1", call.id);
  yield* rows("DELETE FROM calls WHERE id = $1", call.id);
  yield* addHeldBytes(call.principal, -call.bytes);
}
