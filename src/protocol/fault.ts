/**
 * Every expected failure, once. `http` is the status of a refused request; `retry` says whether the same
 * request may be repeated: `never` unchanged, `later` safely after a while, `unsure` not without looking.
 */
export const FAULTS = {
  "input.invalid": { http: 400, retry: "never" },
  "input.too-large": { http: 413, retry: "never" },
  "method.unknown": { http: 404, retry: "never" },
  "auth.required": { http: 401, retry: "never" },
  "auth.invalid": { http: 401, retry: "never" },
  "auth.expired": { http: 401, retry: "never" },
  "auth.revoked": { http: 401, retry: "never" },
  "auth.replayed": { http: 401, retry: "never" },
  "auth.slowed": { http: 429, retry: "later" },
  "auth.scope": { http: 403, retry: "never" },
  "auth.origin": { http: 403, retry: "never" },
  "auth.host": { http: 403, retry: "never" },
  "session.limit": { http: 429, retry: "later" },
  "session.unknown": { http: 401, retry: "never" },
  "tool.unknown": { http: 404, retry: "never" },
  "tool.disabled": { http: 403, retry: "never" },
  "tool.unavailable": { http: 503, retry: "later" },
  "call.unknown": { http: 404, retry: "never" },
  "call.ended": { http: 409, retry: "never" },
  "call.key-reused": { http: 409, retry: "never" },
  "call.too-old": { http: 409, retry: "never" },
  "call.deadline": { http: 504, retry: "unsure" },
  "call.cancelled": { http: 409, retry: "unsure" },
  "call.shutdown": { http: 503, retry: "later" },
  "call.interrupted": { http: 503, retry: "unsure" },
  "call.poisoned": { http: 500, retry: "never" },
  "call.looping": { http: 409, retry: "never" },
  "admission.queue-full": { http: 429, retry: "later" },
  "admission.waited": { http: 429, retry: "later" },
  "admission.rate": { http: 429, retry: "later" },
  "admission.overloaded": { http: 503, retry: "later" },
  "admission.draining": { http: 503, retry: "later" },
  "thread.unknown": { http: 404, retry: "never" },
  "thread.busy": { http: 429, retry: "later" },
  "budget.exceeded": { http: 429, retry: "never" },
  "budget.price-unknown": { http: 429, retry: "never" },
  "store.unavailable": { http: 503, retry: "later" },
  "store.full": { http: 503, retry: "later" },
  "output.unknown": { http: 404, retry: "never" },
  "output.overflow": { http: 429, retry: "never" },
  "process.refused": { http: 403, retry: "never" },
  "process.not-started": { http: 400, retry: "never" },
  "process.unavailable": { http: 503, retry: "later" },
  "process.host-lost": { http: 503, retry: "unsure" },
  "process.gone": { http: 409, retry: "never" },
  "process.no-terminal": { http: 409, retry: "never" },
  "process.input-full": { http: 429, retry: "later" },
  "process.silent": { http: 504, retry: "unsure" },
  "process.login-failed": { http: 503, retry: "never" },
  "process.cpu-limit": { http: 429, retry: "never" },
  "process.memory-limit": { http: 429, retry: "never" },
  "process.count-limit": { http: 429, retry: "never" },
  "process.file-limit": { http: 429, retry: "never" },
  "process.pause-limit": { http: 504, retry: "unsure" },
  "process.unkillable": { http: 500, retry: "unsure" },
  "workspace.outside": { http: 403, retry: "never" },
  "workspace.unreadable": { http: 400, retry: "never" },
  "workspace.secret": { http: 403, retry: "never" },
  "workspace.too-large": { http: 413, retry: "never" },
  "model.none": { http: 503, retry: "never" },
  "model.unknown": { http: 404, retry: "never" },
  "model.credentials": { http: 503, retry: "never" },
  "model.refused": { http: 400, retry: "never" },
  "model.limited": { http: 429, retry: "later" },
  "model.unavailable": { http: 503, retry: "later" },
  "model.breaker-open": { http: 503, retry: "later" },
  "model.cut": { http: 503, retry: "unsure" },
  "model.silent": { http: 504, retry: "unsure" },
  "upstream.unavailable": { http: 503, retry: "later" },
  "upstream.removed": { http: 503, retry: "never" },
  "upstream.breaker-open": { http: 503, retry: "later" },
  "upstream.lost": { http: 503, retry: "unsure" },
  "upstream.silent": { http: 504, retry: "unsure" },
  "upstream.unreadable": { http: 502, retry: "unsure" },
  "upstream.failed": { http: 422, retry: "unsure" },
  "config.invalid": { http: 500, retry: "never" },
  "instance.running": { http: 503, retry: "never" },
  "client.disconnected": { http: 503, retry: "later" },
  "client.version": { http: 409, retry: "never" },
  internal: { http: 500, retry: "unsure" },
} as const satisfies Record<string, { http: number; retry: "never" | "later" | "unsure" }>;

/** What a program branches on; the message is for people and may be worded anew. */
export type FaultCode = keyof typeof FAULTS;

export const faultCodes = Object.keys(FAULTS) as [FaultCode, ...FaultCode[]];

/** What every gateway, event and `--json` line shows of a fault. */
export interface FaultView {
  code: FaultCode;
  /** *Cannot <verb> <thing>: <fact>, expected <x>*. */
  message: string;
  /** Names, limits and numbers that a reader needs to act. */
  facts: Record<string, unknown>;
  /** `safe`: the same request may be sent again, after `afterMs` where that is set, and does nothing twice. */
  retry: { safe: boolean; afterMs?: number | undefined };
  /** The id of the W3C trace under which the log tells of it. */
  trace?: string | undefined;
}

/** What a fault tells beside its code and its sentence. */
export interface FaultDetails {
  /** What a reader needs to act: names, limits, numbers. Never a secret. */
  facts?: Record<string, unknown>;
  /** Milliseconds after which a repeat has a chance. */
  retryAfterMs?: number;
  /** Known better at the place of the fault than its code tells. */
  retrySafe?: boolean;
  /** For the log; it never crosses the wire. */
  cause?: unknown;
}

/** An expected failure; it crosses the wire. The message reads *Cannot <verb> <thing>: <fact>, expected <x>*. */
export class Fault extends Error {
  override readonly name = "Fault";
  /** As of a `FaultView`, and so are the others. */
  readonly code: FaultCode;
  readonly facts: Record<string, unknown>;
  readonly retry: { safe: boolean; afterMs?: number };

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.facts = details.facts ?? {};
    const safe = details.retrySafe ?? FAULTS[code].retry === "later";
    this.retry = details.retryAfterMs === undefined ? { safe } : { safe, afterMs: details.retryAfterMs };
  }

  /** The status of a request that is refused with it. */
  get http(): number {
    return FAULTS[this.code].http;
  }

  /** The same failure with more to tell, under another sentence where one is given. */
  with(facts: Record<string, unknown>, message = this.message): Fault {
    const { afterMs, safe } = this.retry;
    return new Fault(this.code, message, {
      facts: { ...this.facts, ...facts },
      retrySafe: safe,
      ...(afterMs !== undefined && { retryAfterMs: afterMs }),
      cause: this.cause,
    });
  }

  /** What crosses the wire: without its cause and its stack. */
  view(trace?: string): FaultView {
    const { code, message, facts, retry } = this;
    return trace === undefined ? { code, message, facts, retry } : { code, message, facts, retry, trace };
  }

  /** What crossed the wire, to be thrown here. */
  static from(view: FaultView): Fault {
    const { afterMs, safe } = view.retry;
    return new Fault(view.code, view.message, {
      facts: view.facts,
      retrySafe: safe,
      ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
    });
  }
}
