import type { Ask, Permit } from "../../src/core/admission/admission.ts";
import { Arbiter, type ArbiterLimits } from "../../src/core/admission/arbiter.ts";
import type { PrincipalId, ThreadId } from "../../src/protocol/ids.ts";
import { arbiterLimits } from "./arbiter-limits.ts";
import { ManualClock } from "./manual-clock.ts";

/** Of one that never gives up. Each has its own: taking a listener off a signal that 10,000 share takes as many looks. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

export type DoorAsk = Partial<Omit<Ask, "principal" | "thread" | "onQueued">> & { principal?: string; thread?: string };

/** An arbiter whose grants are noted by name, in their order. */
export class Door {
  readonly clock = new ManualClock();
  readonly arbiter: Arbiter;
  readonly granted: string[] = [];
  readonly refused: unknown[] = [];
  readonly places: number[] = [];
  readonly permits = new Map<string, Permit>();

  constructor(limits: Partial<ArbiterLimits> = {}) {
    const providers = { glm: 4, kimi: 6 };
    this.arbiter = new Arbiter({ clock: this.clock, limits: { ...arbiterLimits, providers, ...limits } });
  }

  ask(name: string, ask: DoorAsk = {}, signal = never()): void {
    const { principal = "ada", thread, ...rest } = ask;
    const whole: Ask = {
      principal: principal as PrincipalId,
      session: "s",
      lane: "work",
      ahead: false,
      onQueued: (place) => this.places.push(place),
      ...(thread === undefined ? {} : { thread: thread as ThreadId }),
      ...rest,
    };
    this.#note(name, this.arbiter.enter(whole, signal));
  }

  leaf(name: string, principal: string, signal = never()): void {
    this.#note(name, this.arbiter.leaf("glm:main", principal as PrincipalId, signal) as Promise<Permit>);
  }

  /** Gives back what `name` holds and answers who got in then. */
  async leave(name: string): Promise<string[]> {
    const before = this.granted.length;
    this.permits.get(name)?.[Symbol.dispose]();
    await settled();
    return this.granted.slice(before);
  }

  #note(name: string, permit: Promise<Permit>): void {
    permit.then(
      (given) => {
        this.granted.push(name);
        this.permits.set(name, given);
      },
      (reason) => this.refused.push(reason),
    );
  }
}

/** Until everything that was granted or refused is noted. */
export async function settled(): Promise<void> {
  await new Promise(setImmediate);
}
