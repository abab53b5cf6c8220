import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Caller } from "../tenants/caller.ts";
import { Slots } from "./slots.ts";
import { TokenBuckets } from "./token-buckets.ts";

export interface RateLimits {
  perSecond: { starts: number; requests: number };
  /** Open at once. */
  connections: number;
}

const connectionRetryMs = 1000;

/**
 * How often and over how many connections a principal may ask: counted by principal, so that another address,
 * token or session brings no more. The owner is never refused.
 */
export class Rates {
  readonly #limits: RateLimits;
  readonly #requests: TokenBuckets;
  readonly #starts: TokenBuckets;
  readonly #connections: Slots;

  constructor(parts: { clock: Clock } & RateLimits) {
    const { clock, perSecond, connections } = parts;
    this.#limits = { perSecond, connections };
    this.#requests = new TokenBuckets({ clock, perSecond: perSecond.requests });
    this.#starts = new TokenBuckets({ clock, perSecond: perSecond.starts });
    this.#connections = new Slots(() => connections);
  }

  /** Every request passes here. Refuses with `admission.rate`. */
  request(caller: Caller): void {
    refuseUnlessTaken(caller, this.#requests, { what: "requests", perSecond: this.#limits.perSecond.requests });
  }

  /** Every start of a call passes here too. Refuses with `admission.rate`. */
  start(caller: Caller): void {
    refuseUnlessTaken(caller, this.#starts, { what: "starts", perSecond: this.#limits.perSecond.starts });
  }

  /** A connection, until it is disposed. Refuses with `session.limit`. */
  connection(caller: Caller): Disposable {
    const { principal, role } = caller;
    const limit = this.#limits.connections;
    if (role !== "owner" && !this.#connections.hasRoom(principal)) {
      throw new Fault(
        "session.limit",
        `Cannot open a connection: ${principal} has ${limit} open, expected fewer than ${limit}`,
        { facts: { principal, limit }, retryAfterMs: connectionRetryMs },
      );
    }
    this.#connections.add(principal, "held");
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (open) this.#connections.remove(principal, "held");
        open = false;
      },
    };
  }
}

function refuseUnlessTaken(caller: Caller, buckets: TokenBuckets, rate: { what: string; perSecond: number }): void {
  if (caller.role === "owner") return;
  const retryAfterMs = buckets.take(caller.principal);
  if (retryAfterMs === 0) return;
  const { what, perSecond } = rate;
  throw new Fault(
    "admission.rate",
    `Cannot take the request: ${caller.principal} sent more ${what} than ${perSecond} a second, expected at most that`,
    { facts: { principal: caller.principal, of: what, perSecond }, retryAfterMs },
  );
}
