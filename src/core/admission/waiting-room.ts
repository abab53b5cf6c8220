import { FairQueue, type Open, type Standing } from "../../base/fair-queue.ts";
import { addAll, type Claim, haveRoom, type Lane, type LimitTable, removeAll } from "./limits.ts";
import { ThreadLines } from "./thread-lines.ts";

/** One who waits: its principal is the outer group, its session the inner one, its provider or agent runs the gate. */
export interface Waiter extends Standing {
  /** Taken together or not at all. */
  readonly need: readonly Claim[];
}

/** The gate of those that need no provider, and are no agent run. */
export const noProvider = "";

interface Line<W extends Waiter> {
  readonly queue: FairQueue<W>;
  readonly open: Open;
  hasRoom(): boolean;
}

/** All that wait for slots, and whose turn it is. Takes no slot itself. */
export class WaitingRoom<W extends Waiter> {
  readonly #lanes: Record<Lane, Line<W>>;
  readonly #leaves: Line<W>;
  /** In the order of their next turn: leaves, work and commands meet at a provider's slots. */
  #turns: Line<W>[];
  readonly #threads: ThreadLines<W>;

  constructor(table: LimitTable) {
    const gate = (account: string) => account === noProvider || table.gateHasRoom(account);
    const lane = (of: Lane): Line<W> => ({
      queue: new FairQueue(),
      open: {
        gate,
        outer: (principal) => table.principalHasRoom(of, principal),
        inner: (principal, session) => table.sessionHasRoom(of, principal, session),
      },
      hasRoom: () => table.hasRoom(of),
    });
    this.#lanes = { work: lane("work"), command: lane("command") };
    this.#leaves = {
      queue: new FairQueue(),
      open: { gate, outer: () => true, inner: () => true },
      hasRoom: () => true,
    };
    this.#turns = [this.#leaves, this.#lanes.work, this.#lanes.command];
    this.#threads = new ThreadLines({
      isFree: (thread) => table.threads.hasRoom(thread),
      general: {
        add: (waiter) => this.#lineOf(waiter).queue.add(waiter),
        delete: (waiter) => this.#lineOf(waiter).queue.delete(waiter),
      },
    });
  }

  /** Whether it may go without waiting. Nobody who waits could go instead: they would have gone already. */
  admits(waiter: Waiter): boolean {
    const thread = threadOf(waiter);
    return haveRoom(waiter.need) && (thread === undefined || this.#threads.isFirst(thread, waiter));
  }

  add(waiter: W): void {
    addAll(waiter.need, "waiting");
    const thread = threadOf(waiter);
    if (thread === undefined) this.#lineOf(waiter).queue.add(waiter);
    else this.#threads.add(thread, waiter);
  }

  /** Takes one out that gives up. */
  delete(waiter: W): void {
    removeAll(waiter.need, "waiting");
    const thread = threadOf(waiter);
    if (thread === undefined) this.#lineOf(waiter).queue.delete(waiter);
    else this.#threads.delete(thread, waiter);
  }

  /** Whose turn it is among those whose slots are all free, or `undefined` where nobody could go. */
  next(): W | undefined {
    for (const line of this.#turns) {
      const waiter = line.hasRoom() ? line.queue.first(line.open) : undefined;
      if (waiter === undefined) continue;
      this.#turns = [...this.#turns.filter((other) => other !== line), line];
      return waiter;
    }
    return undefined;
  }

  /** Takes one out whose turn it was. Its slots must be taken already, so that nobody stands for its thread. */
  serve(waiter: W): void {
    this.#lineOf(waiter).queue.serve(waiter);
    this.delete(waiter);
  }

  /** To be told of what was taken or given back. */
  changed(claims: readonly Claim[]): void {
    for (const { kind, name } of claims) if (kind === "thread") this.#threads.update(name);
  }

  /** Who needs nothing of a lane is a leaf, or a command that comes back. */
  #lineOf(waiter: W): Line<W> {
    const lane = waiter.need.find(({ kind }) => kind === "lane");
    return lane === undefined ? this.#leaves : this.#lanes[lane.name as Lane];
  }
}

function threadOf(waiter: Waiter): string | undefined {
  return waiter.need.find(({ kind }) => kind === "thread")?.name;
}
