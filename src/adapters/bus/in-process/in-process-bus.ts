import type { Bus } from "../../../core/store/bus.ts";

/** One that listens to a topic until it is disposed. */
class Listener implements Disposable {
  readonly #topic: string;
  readonly #listeners: Map<string, Set<Listener>>;
  readonly onHint: () => void;
  listening = true;

  constructor(parts: { topic: string; onHint: () => void; listeners: Map<string, Set<Listener>> }) {
    const { topic, onHint, listeners } = parts;
    this.#topic = topic;
    this.#listeners = listeners;
    this.onHint = onHint;
    const others = listeners.get(topic);
    if (others === undefined) listeners.set(topic, new Set([this]));
    else others.add(this);
  }

  [Symbol.dispose](): void {
    this.listening = false;
    const others = this.#listeners.get(this.#topic);
    if (others?.delete(this) === true && others.size === 0) this.#listeners.delete(this.#topic);
  }
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
    return new Listener({ topic, onHint, listeners: this.#listeners });
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
