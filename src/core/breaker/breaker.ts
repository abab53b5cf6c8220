import type { Clock } from "../../base/clock.ts";
import { Fault, type FaultCode, type FaultView } from "../../protocol/fault.ts";

/** So many failures in a row, without a success between them, open it. */
const mostFailures = 5;
/** What was under way when one failed, and fails so soon after it, fails for the same reason: that is one failure. */
const momentMs = 1000;
const firstRestMs = 30_000;
const longestRestMs = 300_000;
/** Who comes while another tries is told to come again so soon. */
const tryingMs = 1000;

/** What a breaker says of itself to those who look, and lets nobody through by it. */
export interface BreakerView {
  state: "closed" | "open" | "half-open";
  /** Until the next try; only while it is open. */
  retryAfterMs?: number;
  /** The last failure that counted, until a success. */
  lastFault?: { code: FaultCode; message: string; at: number };
}

/** One request's way through the breaker. Disposed without a verdict it says nothing about what was asked. */
export interface Pass extends Disposable {
  worked(): void;
  failed(fault: FaultView): void;
}

export interface BreakerParts {
  clock: Clock;
  /** What it keeps requests away from, as its fault names it. */
  what: string;
  /** Of what that is, for the fault. */
  facts: Readonly<Record<string, unknown>>;
  /** What it refuses with while it is open. */
  code: FaultCode;
  /** Whether a failure says that nobody should be asked; any other says that it works. */
  isTrouble: (fault: FaultView) => boolean;
}

/**
 * Keeps requests away from what fails: after {@link mostFailures} in a row, those of one moment counted once, it is
 * open for a rest that doubles from 30 s to 300 s; then one request is let through, and what comes of it decides.
 * After the three states of Nygard, *Release It!*.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #about: Pick<BreakerParts, "what" | "facts" | "code">;
  readonly #isTrouble: BreakerParts["isTrouble"];
  #failures = 0;
  /** How many have counted since the beginning, and when the last one did. */
  #counted = 0;
  #countedAtMs = Number.NEGATIVE_INFINITY;
  #restMs = firstRestMs;
  #openUntilMs: number | undefined;
  #isTrying = false;
  #last: BreakerView["lastFault"];

  constructor({ clock, isTrouble, ...about }: BreakerParts) {
    this.#clock = clock;
    this.#about = about;
    this.#isTrouble = isTrouble;
  }

  /** Throws its code, with the time after which a request has a chance. */
  check(): void {
    const leftMs = this.#leftMs();
    if (leftMs === undefined || (leftMs === 0 && !this.#isTrying)) return;
    const retryAfterMs = Math.max(leftMs, tryingMs);
    const because = this.#last === undefined ? {} : { last: this.#last.code };
    const { what, facts, code } = this.#about;
    throw new Fault(
      code,
      `Cannot ask ${what}: it failed ${this.#failures} times in a row, expected a try in ${Math.ceil(retryAfterMs / 1000)} s`,
      { facts: { ...facts, failures: this.#failures, ...because }, retryAfterMs },
    );
  }

  /** Refuses as `check` does. After a rest the first pass is the trial: others are refused until it is over. */
  pass(): Pass {
    this.check();
    const isTrial = this.#openUntilMs !== undefined;
    const countedBefore = this.#counted;
    if (isTrial) this.#isTrying = true;
    const over = () => {
      if (isTrial) this.#isTrying = false;
    };
    return {
      worked: () => {
        over();
        this.#close();
      },
      failed: (fault) => {
        over();
        if (!this.#isTrouble(fault)) this.#close();
        else if (!this.#isOfMoment(countedBefore)) this.#count(fault);
      },
      [Symbol.dispose]: over,
    };
  }

  view(): BreakerView {
    const leftMs = this.#leftMs();
    const last = this.#last === undefined ? {} : { lastFault: this.#last };
    if (leftMs === undefined) return { state: "closed", ...last };
    return leftMs === 0 ? { state: "half-open", ...last } : { state: "open", retryAfterMs: leftMs, ...last };
  }

  #leftMs(): number | undefined {
    return this.#openUntilMs === undefined ? undefined : Math.max(0, this.#openUntilMs - this.#clock.monotonicMs());
  }

  #isOfMoment(countedBefore: number): boolean {
    return this.#counted > countedBefore && this.#clock.monotonicMs() - this.#countedAtMs < momentMs;
  }

  #close(): void {
    this.#failures = 0;
    this.#restMs = firstRestMs;
    this.#openUntilMs = undefined;
    this.#last = undefined;
  }

  #count({ code, message }: FaultView): void {
    this.#failures += 1;
    this.#counted += 1;
    this.#countedAtMs = this.#clock.monotonicMs();
    this.#last = { code, message, at: this.#clock.wallMs() };
    if (this.#failures < mostFailures) return;
    // What was on its way when it opened tells nothing new.
    if ((this.#leftMs() ?? 0) > 0) return;
    this.#restMs = this.#openUntilMs === undefined ? firstRestMs : Math.min(longestRestMs, this.#restMs * 2);
    this.#openUntilMs = this.#clock.monotonicMs() + this.#restMs;
  }
}
