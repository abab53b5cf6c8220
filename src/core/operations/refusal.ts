import { Cancelled } from "../../base/abort.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import { draining } from "../admission/draining.ts";
import { unexpected } from "../calls/ending.ts";

/** Where a gateway tells what it refused and what should not have happened. */
export interface Reports {
  fault(code: FaultCode): void;
  /** `trace` is the W3C trace id that the client was told. */
  bug(error: unknown, about: { place: string; trace: string }): void;
}

/** Where a request was refused, for the log and for whoever reads it with the client's trace id. */
export interface Refused {
  /** The gateway that refuses. */
  place: string;
  /** W3C trace id that the client is told. */
  trace: string;
}

/**
 * The failure of a request as its client is told it, counted. What nobody expected is reported under the trace
 * and told as `internal`, without a word of it.
 */
export function refusalOf(error: unknown, reports: Reports, about: Refused): Fault {
  const fault = faultOf(error);
  if (fault.code === "internal" && fault !== error) reports.bug(error, about);
  reports.fault(fault.code);
  return fault;
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof Cancelled)) return unexpected("answer");
  if (error.by === "shutdown") return draining("answer");
  return new Fault("call.cancelled", `Cannot answer: the request was cancelled by ${error.by}, expected nobody to`);
}
