import { Fault } from "../protocol/fault.ts";
import { whyUnreached } from "./why-unreached.ts";

/**
 * So often in a row may a daemon answer HTTP and no WebSocket: with the pauses between tries longer than a start or a
 * stop takes.
 */
const mostWithoutSocket = 10;

/** The tries for the first session, and whether another one is worth it. */
export class FirstTries {
  readonly #most: number;
  #count = 0;
  #hasSocket = false;
  #withoutSocket = 0;

  /** `most` tries, without end where that is `Infinity`. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the try under way is the last. */
  get isLast(): boolean {
    return this.#count >= this.#most;
  }

  /** One more try. */
  begin(): void {
    this.#count += 1;
    this.#hasSocket = false;
  }

  /** The try under way came as far as to a WebSocket. */
  opened(): void {
    this.#hasSocket = true;
  }

  /**
   * After a try that failed: why there is to be no other one, or nothing. Who answers at `url` and is no daemon is not
   * tried again, nor who passes no WebSocket on, nor who was tried often enough.
   */
  async over(url: string, signal: AbortSignal): Promise<Fault | undefined> {
    const { fault, mayPass, lacks } = await whyUnreached(url, signal);
    this.#withoutSocket = lacks === "socket" && !this.#hasSocket ? this.#withoutSocket + 1 : 0;
    if (this.#withoutSocket >= mostWithoutSocket)
      return new Fault(fault.code, fault.message, {
        facts: { ...fault.facts, tries: this.#withoutSocket },
        retrySafe: false,
      });
    return mayPass && !this.isLast ? undefined : fault;
  }
}
