import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Operations, Request } from "./operations.ts";

/** The call as it stands; `undefined` where this caller has none of that id. What fails otherwise is thrown. */
export async function knownCall(
  { operations }: { operations: Pick<Operations, "call.get"> },
  request: Request,
  call: CallId,
): Promise<CallView | undefined> {
  try {
    return await operations["call.get"](request, { call });
  } catch (error) {
    if (error instanceof Fault && error.code === "call.unknown") return undefined;
    throw error;
  }
}
