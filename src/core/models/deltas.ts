import type { Clock } from "../../base/clock.ts";

type Kind = "text" | "reasoning";

export interface DeltasParts {
  clock: Clock;
  show: (kind: Kind, text: string) => void;
}

/** From one delta to the next; short enough to look like typing. */
const spacingMs = 40;
const mostCharacters = 2048;

/**
 * Joins the parts of an answer, which come one token at a time, into few deltas. The first of each kind is shown at
 * once; what comes after a silence waits for nothing but its own turn. Disposing shows what is left.
 */
export class Deltas implements Disposable {
  readonly #clock: Clock;
  readonly #show: DeltasParts["show"];
  #kind: Kind = "text";
  #text = "";
  #timer: Disposable | undefined;
  #shownAtMs = 0;
  readonly #begun = new Set<Kind>();

  constructor({ clock, show }: DeltasParts) {
    this.#clock = clock;
    this.#show = show;
  }

  /** Kinds never mix in one delta, and their order stays. */
  add(kind: Kind, text: string): void {
    if (kind !== this.#kind) this.#flush();
    this.#kind = kind;
    this.#text += text;
    if (!this.#begun.has(kind) || this.#text.length >= mostCharacters) this.#flush();
    else this.#timer ??= this.#clock.timer(this.#waitMs(), () => this.#flush());
  }

  #waitMs(): number {
    return Math.max(0, this.#shownAtMs + spacingMs - this.#clock.monotonicMs());
  }

  #flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#text === "") return;
    this.#begun.add(this.#kind);
    this.#shownAtMs = this.#clock.monotonicMs();
    const text = this.#text;
    this.#text = "";
    this.#show(this.#kind, text);
  }

  [Symbol.dispose](): void {
    this.#flush();
  }
}
