import type { Clock } from "../../base/clock.ts";
import { exponentialBackoffMs } from "../../base/exponential-backoff.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { advance, type CallState, factOf } from "../fold/call-state.ts";
import type { Accepted, Entry, ListedCall, NewCall } from "../store/store.ts";
import type { Journal } from "./journal.ts";
import type { CallWatch } from "./watch.ts";

/** What came of an acceptance, and the state that became durable with it. */
export interface Begun {
  accepted: Accepted;
  state: CallState;
}

interface Begins {
  call: NewCall;
  answer: PromiseWithResolvers<Begun>;
}

interface Pending {
  type: EventType;
  at: number;
  data: Readonly<Record<string, unknown>>;
}

const retry = { firstMs: 50, longestMs: 5000 };
/** A delta that has grown so long is not merged with the next one. */
const deltaCharacters = 4096;

/**
 * The one writer of a call's journal. Events are folded when they are emitted, so that what may not follow is
 * refused there and then; they leave in order, one append for all that one turn emitted. A store that is away
 * is tried again until it is back: what was acknowledged is not given up.
 */
export class Outbox {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #watch: CallWatch;
  readonly #row: ListedCall;
  readonly #onLost: () => void;
  /** Until the first write. */
  #begins: Begins | undefined;
  #state: CallState;
  #sharedWith: CallId | null;
  #pending: Pending[] = [];
  #next: PromiseWithResolvers<void> | undefined;
  #inFlight: Promise<void> | undefined;
  #lost = false;
  #deltas = false;
  #lastAt = 0;

  /** `onLost` tells that nothing is written any more: the call was not accepted, or another owner holds its fence. */
  constructor(parts: { journal: Journal; clock: Clock; watch: CallWatch; row: ListedCall; onLost: () => void }) {
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#watch = parts.watch;
    this.#row = parts.row;
    this.#onLost = parts.onLost;
    this.#state = parts.row.state;
    this.#sharedWith = parts.row.sharedWith;
  }

  /** Accepts the call with the first write; what the call comes to before that goes with it. */
  begin(call: NewCall): Promise<Begun> {
    const answer = Promise.withResolvers<Begun>();
    this.#begins = { call, answer };
    this.#schedule();
    return answer.promise;
  }

  /** Whether nothing more is written, whatever is emitted. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** The state with everything emitted so far, durable or not yet. */
  get state(): CallState {
    return this.#state;
  }

  /** The call whose run it shares, as far as it is accepted. */
  get sharedWith(): CallId | null {
    return this.#sharedWith;
  }

  /** When the last event was emitted, milliseconds since 1970. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** False where the event may not follow: the call has ended, or only its cause's ending is left. */
  emit<T extends EventType>(type: T, data: EventData<T>): boolean {
    if (this.#lost || hasEnded(this.#state.phase)) return false;
    const fields = data as Readonly<Record<string, unknown>>;
    if (type === "output.delta" && this.#merged(fields)) return true;
    const next = advance(
      this.#state,
      factOf(type, () => fields),
    );
    if (next === undefined) return false;
    this.#state = next;
    this.#lastAt = this.#clock.wallMs();
    this.#pending.push({ type, at: this.#lastAt, data: fields });
    if (this.#next === undefined) this.#schedule();
    return true;
  }

  /** Resolves when everything emitted so far is durable. */
  flushed(): Promise<void> {
    return this.#next?.promise ?? this.#inFlight ?? Promise.resolve();
  }

  /** A delta joins the one before it as long as that has not left. */
  #merged(data: Readonly<Record<string, unknown>>): boolean {
    this.#deltas = true;
    const last = this.#pending.at(-1);
    if (last?.type !== "output.delta" || last.data["kind"] !== data["kind"]) return false;
    const text = `${last.data["text"]}${data["text"]}`;
    if (text.length > deltaCharacters) return false;
    last.data = { ...last.data, text };
    return true;
  }

  #schedule(): void {
    this.#next = Promise.withResolvers<void>();
    if (this.#inFlight === undefined)
      this.#journal.turnEnd.run(() => void this.#drain().catch((error) => this.#watch.bug(error, this.#row.id)));
  }

  async #drain(): Promise<void> {
    while (this.#next !== undefined) {
      const { promise, resolve } = this.#next;
      const batch = this.#pending;
      this.#next = undefined;
      this.#pending = [];
      this.#inFlight = promise;
      await this.#write(batch);
      this.#inFlight = undefined;
      resolve();
    }
  }

  #write(batch: readonly Pending[]): Promise<void> {
    const entries: Entry[] = batch.map(({ type, at, data }) => ({ type, at, data: JSON.stringify(data) }));
    const begins = this.#begins;
    if (begins === undefined) return this.#append(entries);
    this.#begins = undefined;
    return this.#accept(begins, entries);
  }

  /** A call that is refused is not tried again: whoever starts it is told. */
  async #accept({ call, answer }: Begins, entries: readonly Entry[]): Promise<void> {
    const state = this.#state;
    try {
      const accepted = await this.#journal.accept({ ...call, entries: [...call.entries, ...entries] });
      if (accepted.kind === "new") this.#sharedWith = accepted.sharedWith;
      else this.#lose();
      answer.resolve({ accepted, state });
    } catch (error) {
      this.#lose();
      answer.reject(error);
    }
  }

  async #append(entries: Entry[]): Promise<void> {
    const succeeded = entries.at(-1)?.type === "call.succeeded";
    const append = { call: this.#row.id, fence: this.#row.fence, entries, dropDeltas: succeeded && this.#deltas };
    for (let tries = 1; ; tries += 1) {
      try {
        const appended = await this.#journal.append(append);
        if (appended.kind === "refused") this.#lose();
        return;
      } catch (error) {
        if (!(error instanceof Fault && error.retry.safe)) return this.#giveUp(error);
        this.#watch.swallowed("journal", error, this.#row.id);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      using _wait = this.#clock.timer(exponentialBackoffMs(tries, retry), resolve);
      await promise;
    }
  }

  /** What no repeat can help: the call stays as it is stored, and the next start takes it over. */
  #giveUp(error: unknown): void {
    this.#watch.bug(error, this.#row.id);
    this.#lose();
  }

  #lose(): void {
    this.#lost = true;
    this.#onLost();
  }
}
