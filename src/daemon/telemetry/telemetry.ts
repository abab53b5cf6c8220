import type { CallWatch } from "../../core/calls/watch.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

type EndedAbout = Parameters<CallWatch["ended"]>[1];

/** Where every part tells what happened: counted in the metrics, written to the log. Nothing it does throws. */
export class Telemetry implements CallWatch {
  readonly #log: Logger;
  readonly #metrics: Metrics;

  constructor(parts: { log: Logger; metrics: Metrics }) {
    this.#log = parts.log;
    this.#metrics = parts.metrics;
  }

  /** One line and one count a call. What was asked and answered stands in neither. */
  ended(view: CallView, { principal, principalName, trace }: EndedAbout): void {
    this.#metrics.callEnded(view);
    const { call, tool, phase, parent, fault, usage } = view;
    const line = {
      call,
      tool,
      phase,
      parent,
      fault: fault?.code,
      principal,
      // The owner's id is a name.
      principalName: principalName === principal ? undefined : principalName,
      trace,
      wallMs: usage.wallMs,
      queuedMs: usage.queuedMs,
      requests: usage.requests,
      usd: usage.usd,
    };
    this.#log.info(line, "call ended");
  }

  deduplicated(how: "key" | "shared"): void {
    this.#metrics.deduplicated(how);
  }

  /** A request that was refused, over any gateway. */
  fault(code: FaultCode): void {
    this.#metrics.fault(code);
  }

  /** A failure that changes no outcome: in progress, telemetry, a cache or clean-up. */
  swallowed(place: string, error: unknown, call?: CallId): void {
    this.#metrics.swallowed(place);
    this.#log.warn({ place, call, error: factsOf(error) }, "a failure that changed no outcome");
  }

  /** An error nobody expected, with its stack; `trace` joins it to what a client was told. */
  bug(error: unknown, about?: CallId | { place: string; trace: string }): void {
    this.#metrics.bug();
    const where = typeof about === "object" ? about : { call: about };
    this.#log.error({ ...where, error: factsOf(error) }, "a bug");
  }

  /** The store is gone for good: the daemon ends, and says why. */
  storeLost(cause: unknown): void {
    this.#log.error({ error: factsOf(cause) }, "the store is lost: ending");
  }

  closeFailed(part: string, error: unknown): void {
    this.swallowed(`close ${part}`, error);
  }

  storeCommitted(ms: number, verbs: number): void {
    this.#metrics.storeCommitted(ms, verbs);
  }
}

/** A fault needs no stack; whatever else was thrown keeps its stack and the causes behind it. */
function factsOf(error: unknown): object {
  if (error instanceof Fault) return { code: error.code, message: error.message, facts: error.facts };
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: factsOf(cause) }) };
}
