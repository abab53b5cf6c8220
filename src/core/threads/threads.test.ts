import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { temporaryFolder } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { openSqliteStore } from "../../adapters/store/sqlite/sqlite-store.ts";
import type { CallId, PrincipalId, ThreadId } from "../../protocol/ids.ts";
import { withLongVerbsInTurn } from "../store/long-verbs.ts";
import type { Store } from "../store/store.ts";
import { Threads } from "./threads.ts";

const { signal } = new AbortController();

/** A store that keeps each of its looks until it is told, and knows whose are under way. */
async function withStore(body: (store: Store, looks: Looks) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore({
    folder: folder.path,
    durability: "process",
    clock: new ManualClock(),
  });
  const looks = new Looks(store);
  await body(looks.store, looks);
}

class Looks {
  readonly store: Store;
  readonly underWay: PrincipalId[] = [];
  #next = Promise.withResolvers<void>();

  constructor(store: Store) {
    this.store = {
      ...store,
      searchThreads: async (request) => {
        this.underWay.push(request.principal);
        await this.#next.promise;
        return await store.searchThreads(request);
      },
    };
  }

  /** Those that are under way go on. */
  goOn(): void {
    this.underWay.splice(0);
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers<void>();
    resolve();
  }
}

async function turns(): Promise<void> {
  for (let n = 0; n < 10; n++) await new Promise(setImmediate);
}

const [ada, bob] = ["ada", "bob"] as PrincipalId[] as [PrincipalId, PrincipalId];

promise(
  "share.fair",
  "however many searches a user starts, one is under way, and another user's goes beside it",
  async () => {
    await withStore(async (store, looks) => {
      const threads = new Threads({ store });
      const search = (principal: PrincipalId) => threads.search({ principal, limit: 10, text: "x" }, signal);
      const first = search(ada);
      const others = [search(ada), search(ada)];
      const beside = search(bob);
      await turns();
      expect(looks.underWay).toEqual([ada, bob]);
      looks.goOn();
      await Promise.all([first, beside]);
      await turns();
      expect(looks.underWay).toEqual([ada]);
      looks.goOn();
      await others[0];
      await turns();
      looks.goOn();
      expect(await others[1]).toEqual({ threads: [], searched: 0, more: false });
    });
  },
);

promise("share.fair", "long looks of several users go one after the other, and what is short passes them", async () => {
  await withStore(async (held, looks) => {
    const store = withLongVerbsInTurn(held);
    const look = (principal: PrincipalId) => store.searchThreads({ principal, limit: 10, text: "x" });
    const both = [look(ada), look(bob)];
    const from = "t1" as ThreadId;
    const copy = store.copyThread({ from, to: "t2" as ThreadId, principal: ada, at: 0, turns: 1 });
    await turns();
    expect(looks.underWay).toEqual([ada]);
    expect(await store.call({ call: "c1" as CallId })).toBeUndefined();
    looks.goOn();
    await both[0];
    await turns();
    expect(looks.underWay).toEqual([bob]);
    looks.goOn();
    await both[1];
    expect(await copy).toBe("unknown");
  });
});

promise("lost.restart-threads", "a large conversation is deleted whole, whoever looks meanwhile", async () => {
  await withStore(async (store) => {
    const threads = new Threads({ store });
    const owned = { thread: "t1" as ThreadId, principal: ada };
    const large = { role: "user" as const, text: "x".repeat(3_000_000), more: "{}" };
    const told = { ...owned, call: "c1" as CallId, tool: "chat", at: 0, turns: [large, large, large], title: "large" };
    await store.recordTurns(told);
    const deleting = threads.delete(owned);
    await expect(threads.get(owned, 0)).rejects.toMatchObject({ code: "thread.unknown" });
    expect(await deleting).toEqual([]);
    const sweep = { endedBefore: 0, maxBytes: 1e9, elsewhere: [], keep: [], now: 0 };
    expect(await store.sweep(sweep)).toMatchObject({ threads: 0, left: [] });
  });
});
