import type { Bus } from "../../../core/store/bus.ts";

interface Listener {
  onHint: () => void;
  listening: boolean;
}

/** Hints inside one process. However often a topic is hinted in a turn, its listeners run once, in the next. */
export class InProcessBus implements Bus {
  readonly #listeners = new Map<string, Set<Listener>>();
  #due = new Set<Listener>();

  hint(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      if (this.#due.size === 0) setImmediate(() => this.#turn());
      this.#due.add(listener);
    }
  }

  listen(topic: string, onHint: () => void): Disposable {
    const listener = { onHint, listening: true };
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listener.listening = false;
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
      },
    };
  }

  #turn(): void {
    const due = this.#due;
    this.#due = new Set();
    tell(due);
  }
}

/** A listener that throws keeps nobody else from hearing. */
function tell(due: Set<Listener>): void {
  try {
    for (const listener of due) {
      due.delete(listener);
      if (listener.listening) listener.onHint();
    }
  } finally {
    if (due.size > 0) setImmediate(() => tell(due));
  }
}
