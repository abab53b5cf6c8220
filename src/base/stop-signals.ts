export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

const signals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** One Ctrl-C arrives twice where npm stands between: once from the terminal, once passed on. */
const samePressMs = 500;

/** Hears the signals that end a program until disposed: the first one, and whichever comes after. */
export class StopSignals implements Disposable {
  readonly #onFirst: (signal: StopSignal) => void;
  readonly #onSecond: (signal: StopSignal) => void;
  #first: { signal: StopSignal; atMs: number } | undefined;

  constructor(parts: { onFirst: (signal: StopSignal) => void; onSecond: (signal: StopSignal) => void }) {
    this.#onFirst = parts.onFirst;
    this.#onSecond = parts.onSecond;
    for (const signal of signals) process.on(signal, this.#hear);
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#hear);
  }

  readonly #hear = (signal: StopSignal): void => {
    const atMs = performance.now();
    if (this.#first === undefined) {
      this.#first = { signal, atMs };
      this.#onFirst(signal);
      return;
    }
    const isSamePress = signal === "SIGINT" && this.#first.signal === signal && atMs - this.#first.atMs < samePressMs;
    if (!isSamePress) this.#onSecond(signal);
  };
}
