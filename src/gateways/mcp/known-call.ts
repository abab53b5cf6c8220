import type { Request } from "../../core/operations/operations.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { House } from "./house.ts";

/** The call as it stands; `undefined` where this caller has none of that id. What fails otherwise is thrown. */
export async function knownCall(
  house: Pick<House, "operations">,
  request: Request,
  call: CallId,
): Promise<CallView | undefined> {
  try {
    return await house.operations["call.get"](request, { call });
  } catch (error) {
    if (error instanceof Fault && error.code === "call.unknown") return undefined;
    throw error;
  }
}
