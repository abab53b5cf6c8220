import type { IncomingMessage, ServerResponse } from "node:http";
import { unknownCall } from "../../core/calls/unknown-call.ts";
import type { Request } from "../../core/operations/operations.ts";
import { type CallId, callId } from "../../protocol/ids.ts";

/** One request with its response, before anybody is known. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Where it comes from: the other end, or what a trusted proxy says that it is. */
  readonly address: string;
  /** What stood in the places of the route's path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Aborts when the client is gone, its credential has ended, or the daemon stops. */
  readonly signal: AbortSignal;
  /** Refuses with the reason of `signal` where it has aborted. */
  throwIfOver(): void;
  /** The client's, or the start of a trace of our own. */
  readonly traceparent: string;
}

/** One request of somebody who is known; it is what operations take. */
export interface Asked extends Exchange, Request {
  readonly traceparent: string;
}

/** The call that the path names. What cannot be an id is as unknown as what is none. */
export function callOf(exchange: Exchange): CallId {
  const parsed = callId.safeParse(exchange.path["call"]);
  if (parsed.success) return parsed.data;
  throw unknownCall();
}
