import type { MethodResult, OperationMethod, Params } from "../../protocol/methods.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Caller } from "../tenants/caller.ts";

/** One request of an authenticated caller, over any gateway. */
export interface Request {
  readonly caller: Caller;
  /** Aborts when the one who asks is gone or no longer waits; ends a wait, never a call. */
  readonly signal: AbortSignal;
  /** W3C traceparent that came with the request. */
  readonly traceparent?: string;
}

/** What comes of a start. */
export type Started = MethodResult<"call.start"> & {
  /** What the call came to, where that became durable together with its acceptance; for the gateway that waits for it. */
  ended?: CallView;
};

interface Results {
  "call.start": Started;
}

/** The methods that mean the same over every gateway: decode, call one of these, encode. Refuses with a `Fault`. */
export type Operations = {
  readonly [M in OperationMethod]: (
    request: Request,
    params: Params<M>,
  ) => Promise<M extends keyof Results ? Results[M] : MethodResult<M>>;
};
