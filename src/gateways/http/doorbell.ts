import type { Clock } from "../../base/clock.ts";
import { orLateOrAborted } from "../../base/or-late.ts";

/** Wakes one waiter; rings that come while nobody waits are remembered as one. */
export class Doorbell {
  #rung = Promise.withResolvers<"rung">();

  ring(): void {
    this.#rung.resolve("rung");
  }

  /** Resolves at a ring since the last time, or as `quiet` after `quietMs`. */
  async wait(pause: { clock: Clock; quietMs: number }, signal: AbortSignal): Promise<"rung" | "quiet"> {
    const outcome = await orLateOrAborted(this.#rung.promise, { clock: pause.clock, afterMs: pause.quietMs }, signal);
    if (outcome === "rung") this.#rung = Promise.withResolvers();
    return outcome ?? "quiet";
  }
}
