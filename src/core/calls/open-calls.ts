import { Disposal } from "../../base/disposal.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";

const retryFullMs = 1000;

/** How many calls may be without an ending: those that wait and those that run, acceptances under way too. */
export class OpenCalls {
  readonly #limits: { perPrincipal: number; all: number };
  readonly #byPrincipal = new Map<PrincipalId, number>();
  #all = 0;

  constructor(limits: { perPrincipal: number; all: number }) {
    this.#limits = limits;
  }

  /** Refuses at once with `admission.queue-full` and a retry time. */
  refuseIfFull(principal: PrincipalId): void {
    const open = this.#byPrincipal.get(principal) ?? 0;
    const { perPrincipal, all } = this.#limits;
    if (open >= perPrincipal || this.#all >= all) throw queueFull({ open, perPrincipal, all: this.#all });
  }

  /** Counts one more until it is disposed; who asks has looked, or goes on with a call of an earlier start. */
  enter(principal: PrincipalId): Disposable {
    this.#count(principal, 1);
    let isOpen = true;
    return new Disposal(() => {
      if (isOpen) this.#count(principal, -1);
      isOpen = false;
    });
  }

  #count(principal: PrincipalId, by: 1 | -1): void {
    this.#all += by;
    const open = (this.#byPrincipal.get(principal) ?? 0) + by;
    if (open === 0) this.#byPrincipal.delete(principal);
    else this.#byPrincipal.set(principal, open);
  }
}

function queueFull(facts: { open: number; perPrincipal: number; all: number }): Fault {
  const message = `Cannot start a call: ${facts.open} of this principal are open, expected fewer than ${facts.perPrincipal}`;
  return new Fault("admission.queue-full", message, { facts, retryAfterMs: retryFullMs });
}
