import { systemTimers, type Timers } from "../../../src/client/socket.ts";

/**
 * A client's time that goes faster than everybody else's: half a minute of silence is over in three seconds.
 * Only the wall clock, which the server sees too, is as it is.
 */
export function fastTimers(factor: number): Timers {
  return {
    wallMs: () => systemTimers.wallMs(),
    monotonicMs: () => systemTimers.monotonicMs() * factor,
    timer: (delayMs, fire) => systemTimers.timer(delayMs / factor, fire),
  };
}
