import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../../../core/tenants/caller.ts";

/** One HTTP request of somebody who is known, past the guard and the rates. */
export interface McpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** Aborts when the client is gone, its credential has ended, or the daemon stops. */
  readonly signal: AbortSignal;
  /** Refuses with the reason of `signal` where it has aborted. */
  throwIfOver(): void;
}
