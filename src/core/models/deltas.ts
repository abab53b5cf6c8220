import type { Clock } from "../../base/clock.ts";

type Kind = "text" | "reasoning";

export interface DeltasParts {
  clock: Clock;
  show: (kind: Kind, text: string) => void;
}

/** Short enough to look like typing. */
const longestDelayMs = 30;
const mostCharacters = 2048;

/**
 * Joins the parts of an answer, which come one token at a time, into few deltas; the first is shown at once.
 * Disposing shows what is left.
 */
export class Deltas implements Disposable {
  readonly #clock: Clock;
  readonly #show: DeltasParts["show"];
  #kind: Kind = "text";
  #text = "";
  #timer: Disposable | undefined;
  #isBegun = false;

  constructor({ clock, show }: DeltasParts) {
    this.#clock = clock;
    this.#show = show;
  }

  add(kind: Kind, text: string): void {
    if (kind !== this.#kind) this.#flush();
    this.#kind = kind;
    this.#text += text;
    if (!this.#isBegun || this.#text.length >= mostCharacters) this.#flush();
    else this.#timer ??= this.#clock.timer(longestDelayMs, () => this.#flush());
  }

  #flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#text === "") return;
    this.#isBegun = true;
    const text = this.#text;
    this.#text = "";
    this.#show(this.#kind, text);
  }

  [Symbol.dispose](): void {
    this.#flush();
  }
}
