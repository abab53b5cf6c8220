import { KeyedMutex } from "../../base/keyed-mutex.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId, ThreadId } from "../../protocol/ids.ts";
import type { ThreadView, TurnView } from "../../protocol/threads.ts";
import type { SearchPlace, ThreadRow, ThreadVerbs } from "../store/threads.ts";
import { unknownThread } from "./conversations.ts";
import { type Format, transcriptOf } from "./transcript.ts";
import { type Turn, turnOf } from "./turn.ts";

interface Owned {
  thread: ThreadId;
  principal: PrincipalId;
}

/** Of one search. */
const mostSearched = 20_000;
const mostSearchedBytes = 256 * 1024 * 1024;
/** An answer of many turns is read in pages. */
const pageBytes = 256 * 1024;

/** What an owner does with conversations. Another's is as unknown as none: `thread.unknown`. */
export class Threads {
  readonly #store: ThreadVerbs;
  /** By principal. */
  readonly #searches = new KeyedMutex();

  constructor({ store }: { store: ThreadVerbs }) {
    this.#store = store;
  }

  /** Lately used first. */
  async list(request: { principal: PrincipalId; limit: number; before?: ThreadId }): Promise<ThreadView[]> {
    return (await this.#store.threads(request)).map(viewOf);
  }

  /**
   * Those that hold a text, lately used first, among the first 20,000 and of these the first 256 MiB. `searched` says how
   * many were looked through for them, `more` that there are others which were not. A principal's searches go one after
   * the other, each step by step: nobody else waits for more than a step.
   */
  async search(
    request: { principal: PrincipalId; limit: number; text: string },
    signal: AbortSignal,
  ): Promise<{ threads: ThreadView[]; searched: number; more: boolean }> {
    using _turn = await this.#searches.enter(request.principal, signal);
    const threads: ThreadView[] = [];
    let searched = 0;
    let bytes = 0;
    let behind: SearchPlace | null | undefined;
    const isWithin = () => searched < mostSearched && bytes < mostSearchedBytes;
    while (behind !== null && threads.length < request.limit && isWithin()) {
      signal.throwIfAborted();
      const limit = request.limit - threads.length;
      const found = await this.#store.searchThreads({ ...request, limit, ...(behind && { behind }) });
      threads.push(...found.threads.map(viewOf));
      searched += found.looked;
      bytes += found.bytes;
      behind = found.next;
    }
    return { threads, searched, more: behind !== null };
  }

  /** Turns behind `after`, as far as about 256 KiB: only an empty page is the end. */
  async get(owned: Owned, after: number): Promise<{ thread: ThreadView; turns: TurnView[] }> {
    const thread = viewOf(await this.#known(owned));
    const turns = await this.#store.turns({ ...owned, from: { after }, maxBytes: pageBytes });
    return { thread, turns: turns.map((turn) => turnView(turnOf(turn))) };
  }

  /** `null` takes the name away: its title is shown again. `thread.unknown` where it is not the caller's. */
  async rename(owned: Owned, name: string | null): Promise<ThreadView> {
    const row = await this.#store.nameThread({ ...owned, name });
    if (row === undefined) throw unknownThread(owned.thread);
    return viewOf(row);
  }

  /** One page of the document; `next` is where the following one begins. */
  async export(owned: Owned, from: { after: number; format: Format }): Promise<{ text: string; next: number | null }> {
    const { thread, turns } = await this.get(owned, from.after);
    const last = turns.at(-1)?.seq ?? from.after;
    const isLast = last >= thread.turns;
    const text = transcriptOf({ thread, turns, place: { isFirst: from.after === 0, isLast } }, from.format);
    return { text, next: isLast ? null : last };
  }

  /** Removes it with its calls, step by step, and answers them; `thread.busy` while one of them runs. */
  async delete(owned: Owned): Promise<CallId[]> {
    const first = await this.#store.deleteThread(owned);
    if (first === "unknown") throw unknownThread(owned.thread);
    if (first === "busy") throw busyThread(owned.thread);
    const { calls } = first;
    for (let { isWhole } = first; !isWhole; ) {
      const step = await this.#store.deleteThread(owned);
      // A sweep may have taken the last of it.
      if (typeof step === "string") break;
      calls.push(...step.calls);
      isWhole = step.isWhole;
    }
    return calls.toSorted();
  }

  async #known(owned: Owned): Promise<ThreadRow> {
    const row = await this.#store.thread(owned);
    if (row === undefined) throw unknownThread(owned.thread);
    return row;
  }
}

function busyThread(thread: ThreadId): Fault {
  const message = `Cannot delete thread ${thread}: a call runs on it or above it, expected it to have ended`;
  return new Fault("thread.busy", message, { facts: { thread } });
}

function viewOf({ principal: _principal, ...view }: ThreadRow): ThreadView {
  return view;
}

function turnView({ data: _data, ...turn }: Turn): TurnView {
  return turn;
}
