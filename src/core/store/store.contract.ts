import { expect, test } from "vitest";
import { acceptContract } from "./contract/accept.contract.ts";
import { appendContract } from "./contract/append.contract.ts";
import { act, begin, callNamed, newCall, type OpenStore, succeeded } from "./contract/fixture.ts";
import { journalContract } from "./contract/journal.contract.ts";
import { listingContract } from "./contract/listing.contract.ts";
import { retentionContract } from "./contract/retention.contract.ts";
import { sessionsContract } from "./contract/sessions.contract.ts";
import { spendContract } from "./contract/spend.contract.ts";
import { tenantsContract } from "./contract/tenants.contract.ts";
import { threadsContract } from "./contract/threads.contract.ts";

/** What every store keeps, whatever its engine. */
export function storeContract(open: OpenStore): void {
  acceptContract(open);
  appendContract(open);
  journalContract(open);
  listingContract(open);
  sessionsContract(open);
  tenantsContract(open);
  spendContract(open);
  retentionContract(open);
  threadsContract(open);

  test("its history keeps its name over a restart", async () => {
    await using opened = await open();
    const { epoch } = opened.store;
    expect(epoch).not.toBe("");
    expect((await opened.reopen()).epoch).toBe(epoch);
  });

  test("verbs of one moment each see what those before them did", async () => {
    await using opened = await open();
    const { store } = opened;
    const call = callNamed("c1");
    const { fence } = await begin(store, "c0");
    const [, , row, , read] = await Promise.all([
      store.accept(newCall("c1")),
      store.append({ call, fence, entries: [succeeded()] }),
      store.call({ call }),
      store.audit(act("looked")),
      store.journal({ call, after: 0, maxBytes: 1000 }),
    ]);
    expect(row?.state.phase).toBe("succeeded");
    expect(read.head).toBe(2);
  });

  test("a verb that fails by a bug undoes itself and none of those beside it", async () => {
    await using opened = await open();
    const { store } = opened;
    const outcomes = await Promise.allSettled([
      store.accept(newCall("c1")),
      store.accept(newCall("c1")),
      store.accept(newCall("c2", { entries: [] })),
      store.accept(newCall("c3")),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect((await store.calls({ limit: 10 })).map((row) => row.id)).toEqual(["c3", "c1"]);
  });

  test("a check writes and reads, and a size is told", async () => {
    await using opened = await open();
    await opened.store.check();
    await opened.store.check();
    expect(await opened.store.size()).toBeGreaterThan(0);
  });

  test("a closed store finishes what it was given, and refuses the rest", async () => {
    await using opened = await open();
    const { store } = opened;
    const accepting = store.accept(newCall("c1"));
    await store[Symbol.asyncDispose]();
    expect(await accepting).toMatchObject({ kind: "new" });
    await expect(store.accept(newCall("c2"))).rejects.toMatchObject({ code: "store.unavailable" });
    const again = await opened.reopen();
    expect((await again.calls({ limit: 10 })).map((row) => row.id)).toEqual(["c1"]);
  });
}
