import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { temporaryFolder } from "../../../test/support/core.ts";
import { deleteCall } from "../../../test/support/delete-call.ts";
import { InProcessBus } from "../../adapters/bus/in-process/in-process-bus.ts";
import { openSqliteStore } from "../../adapters/store/sqlite/sqlite-store.ts";
import { SystemClock } from "../../base/clock.ts";
import { ann, begin, callNamed, entry, succeeded } from "../store/contract/fixture.ts";
import type { Entry, Store } from "../store/store.ts";
import { Journal } from "./journal.ts";
import { JournalCursor, type JournalReader, type Place, type Portion } from "./journal-cursor.ts";

const call = callNamed("c1");
const said = (message = "") => entry("call.progress", { message });
const delta = entry("output.delta", { attempt: 1, kind: "text", text: "half" });

/** The journal of one call over a real store; it has been accepted and started, with the numbers 1 and 2. */
class History implements AsyncDisposable {
  readonly journal: Journal;
  readonly #store: Store;
  readonly #folder: AsyncDisposable;
  #fence = 0;

  private constructor(store: Store, folder: AsyncDisposable) {
    this.#store = store;
    this.#folder = folder;
    this.journal = new Journal({ store, bus: new InProcessBus() });
  }

  static async open(): Promise<History> {
    const folder = await temporaryFolder();
    const store = await openSqliteStore({ folder: folder.path, durability: "process", clock: new SystemClock() });
    const history = new History(store, folder);
    history.#fence = (await begin(store, call)).fence;
    await history.add(entry("call.started", { attempt: 1 }));
    return history;
  }

  async add(...entries: Entry[]): Promise<void> {
    await this.journal.append({ call, fence: this.#fence, entries });
  }

  /** The ending, with which the deltas go. */
  async end(): Promise<void> {
    await this.journal.append({ call, fence: this.#fence, entries: [succeeded()], dropDeltas: true });
  }

  async delete(): Promise<void> {
    await deleteCall({ store: this.#store, journal: this.journal }, call, ann);
  }

  reader(place: Partial<Place> = {}): JournalCursor {
    return new JournalCursor(this.journal, { call, after: 0, ...place });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** All that a reader is told until there is nothing more: numbers, and gaps by their reason. */
async function told(cursor: JournalCursor, maxBytes = 1_000_000): Promise<(number | string)[]> {
  const all: (number | string)[] = [];
  while (cursor.isBehind && !cursor.isAtEnd) {
    const { gap, events } = await cursor.read(maxBytes);
    if (gap !== undefined) all.push(`${gap.reason} ${gap.from}-${gap.to}`);
    all.push(...events.map(({ seq }) => seq));
  }
  return all;
}

promise("lost.seq", "a reader is told what comes behind its place, and the ending once", async () => {
  await using history = await History.open();
  await history.add(said(), said());
  const [whole, late] = [history.reader(), history.reader({ after: 3 })];
  expect([await told(whole), await told(late)]).toEqual([[1, 2, 3, 4], [4]]);
  expect([whole.isAtEnd, whole.isBehind]).toEqual([false, false]);
  await history.end();
  expect((await whole.read(1000)).events.map(({ type }) => type)).toEqual(["call.succeeded"]);
  expect([whole.isAtEnd, whole.position]).toEqual([true, 5]);
  expect((await whole.read(1000)).events).toEqual([]);
  expect(await told(whole)).toEqual([]);
});

promise("lost.seq", "what is folded is told as a gap by itself, and the reader goes on behind it", async () => {
  await using history = await History.open();
  await history.add(delta);
  await history.add(delta);
  await history.add(said());
  await history.end();
  history.journal.forget();
  const cursor = history.reader({ after: 1 });
  expect(await told(cursor)).toEqual([2, "folded 3-4", 5, 6]);
  expect([cursor.isAtEnd, cursor.isUnsure]).toEqual([true, false]);
});

promise(
  "lost.reconnect",
  "a reader ahead of the journal is told what it has lost, and starts over, whether or not it was looked at before",
  async () => {
    await using history = await History.open();
    await history.add(said());
    for (const view of [undefined, { phase: "running" as const, seq: 3 }])
      expect(await told(history.reader({ after: 50, view }))).toEqual(["lost 1-50", 1, 2, 3]);
    const since = history.reader({ after: 3, view: { phase: "running", seq: 2 } });
    expect(await told(since)).toEqual(["lost 1-3", 1, 2, 3]);
    await history.end();
    const view = { phase: "succeeded" as const, seq: 4 };
    expect(await told(history.reader({ after: 50, view }))).toEqual(["lost 1-50", 1, 2, 3, 4]);
  },
);

promise("lost.reconnect", "a reader from another history is told so, and starts over", async () => {
  await using history = await History.open();
  await history.end();
  const view = { phase: "succeeded" as const, seq: 3 };
  for (const elsewhere of [3, 7])
    expect(await told(history.reader({ elsewhere, view }))).toEqual([`epoch 1-${elsewhere}`, 1, 2, 3]);
  expect(await told(history.reader({ elsewhere: 0, view }))).toEqual([1, 2, 3]);
});

promise(
  "lost.reconnect",
  "a reader that is behind when its call is deleted is told so, with what is known of its numbers, and is at its end",
  async () => {
    await using history = await History.open();
    await history.add(said(), said());
    await history.end();
    const view = { phase: "succeeded" as const, seq: 5 };
    const readers = [history.reader(), history.reader({ after: 1, view }), history.reader({ elsewhere: 9, view })];
    const looked = history.reader({ after: 2 });
    expect(looked.take({ events: 1, bytes: 1000 })?.events).toHaveLength(1);
    await history.delete();
    expect(await Promise.all(readers.map((reader) => told(reader)))).toEqual([
      ["deleted 1-1"],
      ["deleted 2-5"],
      ["epoch 1-9", "deleted 1-5"],
    ]);
    expect(await told(looked)).toEqual(["deleted 4-5"]);
    for (const { isAtEnd, isDeleted, isBehind, isUnsure } of [...readers, looked])
      expect([isAtEnd, isDeleted, isBehind, isUnsure]).toEqual([true, true, false, false]);
  },
);

test("a reader of an ended call is at its end where it has the ending", async () => {
  await using history = await History.open();
  await history.end();
  expect(history.reader({ after: 3, view: { phase: "succeeded", seq: 3 } }).isAtEnd).toBe(true);
});

test("who was told a gap last does not know whether the ending was in it, until somebody says so", async () => {
  const gap = { call, from: 1, to: 9, reason: "retention" } as const;
  const gone: JournalReader = {
    peek: () => undefined,
    read: async () => ({ gap, events: [], head: 9 }),
    listen: () => expect.unreachable(),
  };
  const cursor = new JournalCursor(gone, { call, after: 0 });
  expect(await told(cursor)).toEqual(["retention 1-9"]);
  expect([cursor.isUnsure, cursor.isAtEnd]).toEqual([true, false]);
  cursor.endsAt(9);
  expect(cursor.isAtEnd).toBe(true);
});

const portions = fc.array(fc.record({ events: fc.integer({ min: 1, max: 4 }), bytes: fc.nat(400) }), { minLength: 1 });
const acts = fc.array(fc.constantFrom("say", "forget", "let go", "take"), { maxLength: 30 });

promise(
  "lost.seq",
  "whatever is at hand, read, let go or taken by portions, each number is told once and in order",
  async () => {
    await fc.assert(
      fc.asyncProperty(acts, portions, async (all, sizes) => {
        await using history = await History.open();
        const cursor = history.reader();
        const seen: number[] = [];
        const take = async (portion: Portion) => {
          const taken = cursor.take(portion);
          if (taken === undefined) await cursor.load(300);
          expect(taken?.events.length ?? 0).toBeLessThanOrEqual(portion.events);
          seen.push(...(taken?.events.map(({ seq }) => seq) ?? []));
        };
        for (const [index, act] of all.entries()) {
          if (act === "say") await history.add(said("x".repeat(index * 10)));
          else if (act === "forget") history.journal.forget();
          else if (act === "let go") cursor.letGo();
          else await take(sizes[index % sizes.length] ?? { events: 1, bytes: 1 });
        }
        await history.end();
        while (!cursor.isAtEnd) await take({ events: 3, bytes: 1000 });
        const last = 3 + all.filter((act) => act === "say").length;
        expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      }),
      { numRuns: 15 },
    );
  },
);
