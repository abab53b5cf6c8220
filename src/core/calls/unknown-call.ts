import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";

/** `call.unknown`: what is another principal's is as unknown as what is none. Absent where it cannot even be an id. */
export function unknownCall(call?: CallId): Fault {
  const thing = call === undefined ? "the call" : `call ${call}`;
  return new Fault("call.unknown", `Cannot find ${thing}: there is none of this id, expected one of your calls`);
}
