import type { Clock } from "../../base/clock.ts";
import type { FaultView } from "../../protocol/fault.ts";
import { Breaker, type BreakerView, type Pass } from "../breaker/breaker.ts";
import { Attention } from "./attention.ts";
import { meaningOf } from "./meaning.ts";
import { Pace, type Slots } from "./pace.ts";

/** How an account is now; a look that changes nothing. */
export interface HealthView extends BreakerView {
  /** Requests that may run at once for now. */
  slots: number;
}

interface Account {
  breaker: Breaker;
  pace: Pace;
}

/** How the accounts at the providers are: one breaker and one pace each. */
export class Health {
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #attention: Attention;
  /** As many as there are endpoints. */
  readonly #accounts = new Map<string, Account>();

  constructor({ clock, slots }: { clock: Clock; slots: Slots }) {
    this.#clock = clock;
    this.#slots = slots;
    this.#attention = new Attention({ clock });
  }

  /** Throws `model.breaker-open` where a request has no chance now. */
  check(account: string): void {
    this.#of(account).breaker.check();
  }

  /**
   * A request that is about to be sent. What fails while this process stands still, or just after, says nothing about
   * the provider.
   */
  pass(account: string): Pass {
    const { breaker, pace } = this.#of(account);
    const pass = breaker.pass();
    const begun = pace.begin();
    const wait = this.#attention.begin();
    return {
      worked: () => {
        pace.worked();
        pass.worked();
      },
      failed: (fault: FaultView) => {
        if (meaningOf(fault).provider === "hurried") pace.limited(begun);
        if (wait.wasMissed && !isAnswer(fault)) pass[Symbol.dispose]();
        else pass.failed(withoutWords(fault, account));
      },
      [Symbol.dispose]: () => {
        wait[Symbol.dispose]();
        pass[Symbol.dispose]();
      },
    };
  }

  /** An account that nobody has asked yet is well. */
  view(account: string): HealthView {
    const { breaker, pace } = this.#of(account);
    return { ...breaker.view(), slots: pace.most };
  }

  /** Why nothing can be asked at the account now; `undefined` where it can. */
  reason(account: string): string | undefined {
    const { state, retryAfterMs = 0, lastFault } = this.view(account);
    if (state !== "open") return undefined;
    const last = lastFault === undefined ? "" : `: ${lastFault.message}`;
    return `its provider failed, the next try is in ${Math.ceil(retryAfterMs / 1000)} s${last}`;
  }

  #of(account: string): Account {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const clock = this.#clock;
    const breaker = new Breaker({ clock, what: account, facts: { account }, code: "model.breaker-open", isTrouble });
    const made = { breaker, pace: new Pace({ account, slots: this.#slots }) };
    this.#accounts.set(account, made);
    return made;
  }
}

function isTrouble(fault: FaultView): boolean {
  return meaningOf(fault).provider === "trouble";
}

/** Whether the vendor itself said it, and not a connection or a timer. */
function isAnswer({ facts }: FaultView): boolean {
  return facts.status !== undefined;
}

/** What a vendor says may quote what somebody asked, and how it is doing is told to everybody. */
function withoutWords(fault: FaultView, account: string): FaultView {
  const { status, code } = fault.facts;
  const detail = status ?? code;
  const more = detail === undefined ? "" : ` (${detail})`;
  return { ...fault, message: `Cannot ask ${account}: ${fault.code}${more}, expected an answer` };
}
