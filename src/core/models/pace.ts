/** The slots of an account, which a provider's limits make fewer. The arbiter has them. */
export interface Slots {
  /** How many there are by the settings. */
  slotsOf(account: string): number;
  /** How many may be used for now; never more than there are. */
  allow(account: string, most: number): void;
}

/**
 * How many requests an account may have at once: a limit that the provider tells halves it, each success widens
 * it a little, as TCP does with its window (Chiu and Jain 1989). Requests that were on their way when it was
 * halved do not halve it again.
 */
export class Pace {
  readonly #slots: Slots;
  readonly #account: string;
  #most: number | undefined;
  #narrowings = 0;

  constructor({ slots, account }: { slots: Slots; account: string }) {
    this.#slots = slots;
    this.#account = account;
  }

  /** For now, as a whole number; all of them where nothing narrows it. */
  get most(): number {
    return Math.floor(this.#most ?? this.#slots.slotsOf(this.#account));
  }

  /** Marks the beginning of a request; what comes of it is told with the mark. */
  begin(): number {
    return this.#narrowings;
  }

  /** The provider told of a limit. Halves, unless the request began before the last halving. */
  limited(begun: number): void {
    if (begun < this.#narrowings) return;
    this.#narrowings += 1;
    this.#set(Math.max(1, Math.floor(this.most / 2)));
  }

  /** Widens by one over a whole window of successes, up to what the settings give. */
  worked(): void {
    if (this.#most === undefined) return;
    const wider = this.#most + 1 / this.#most;
    this.#set(wider >= this.#slots.slotsOf(this.#account) ? undefined : wider);
  }

  #set(most: number | undefined): void {
    this.#most = most;
    this.#slots.allow(this.#account, this.most);
  }
}
