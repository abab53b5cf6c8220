import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { methods, type OperationMethod } from "../../protocol/methods.ts";
import { unknownCall } from "../calls/unknown-call.ts";
import type { Operations, Request } from "./operations.ts";

type Operation = (request: Request, params: never) => Promise<unknown>;

/** The operations, for callers with an allowance no more than that is good for; others are not held up. */
export function withinAllowance(operations: Operations): Operations {
  const all = Object.entries(operations) as [OperationMethod, Operation][];
  return Object.fromEntries(all.map(([method, run]) => [method, bounded(operations, method, run)])) as Operations;
}

function bounded(operations: Operations, method: OperationMethod, run: Operation): Operation {
  const { within } = methods[method];
  if (within === "free") return run;
  if (within === "closed")
    return (request, params) => {
      if (request.caller.allowance !== undefined) throw notGiven(method);
      return run(request, params);
    };
  return async (request, params) => {
    if (request.caller.allowance !== undefined) await mustBeBelow(operations, request, params);
    return await run(request, params);
  };
}

/** Another call is as unknown as another principal's. */
async function mustBeBelow(operations: Operations, request: Request, { call }: { call: CallId }): Promise<void> {
  for (let each: CallId | undefined = call; each !== undefined; ) {
    if (each === request.caller.call) return;
    ({ parent: each } = await operations["call.get"](request, { call: each }));
  }
  throw unknownCall(call);
}

function notGiven(method: OperationMethod): Fault {
  const message = `Cannot do this: the credential belongs to a program of an agent's run, expected one of its own for ${method}`;
  return new Fault("auth.scope", message, { facts: { method } });
}
