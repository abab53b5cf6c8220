import type { Clock } from "../../base/clock.ts";

/** A tool that is silent for so long after its signal no longer delays its call's end. */
const patienceMs = 10_000;

/** Waits for a tool, but after its signal no longer than 10 s: then it is given up, and the signal's reason is thrown. */
export async function patiently<T>(
  running: Promise<T>,
  parts: { clock: Clock; signal: AbortSignal; giveUp: () => void },
): Promise<T> {
  const { clock, signal, giveUp } = parts;
  const { promise: lost, reject } = Promise.withResolvers<never>();
  let patience: Disposable | undefined;
  const onAbort = () => {
    patience = clock.timer(patienceMs, () => {
      giveUp();
      reject(signal.reason);
    });
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([running, lost]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    patience?.[Symbol.dispose]();
  }
}
