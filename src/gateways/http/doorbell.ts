import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";

/** Wakes one waiter; rings that come while nobody waits are remembered as one. */
export class Doorbell {
  #rung = Promise.withResolvers<"rung">();

  ring(): void {
    this.#rung.resolve("rung");
  }

  /** Resolves at a ring since the last time, or as `quiet` after `quietMs`. */
  async wait(pause: { clock: Clock; quietMs: number }, signal: AbortSignal): Promise<"rung" | "quiet"> {
    const { promise: quiet, resolve } = Promise.withResolvers<"quiet">();
    using _timer = pause.clock.timer(pause.quietMs, () => resolve("quiet"));
    const outcome = await orAborted(Promise.race([this.#rung.promise, quiet]), signal);
    if (outcome === "rung") this.#rung = Promise.withResolvers();
    return outcome;
  }
}
