import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { begin, callNamed, finish, succeeded } from "../../../core/store/contract/fixture.ts";
import { storeContract } from "../../../core/store/store.contract.ts";
import { Database } from "./database.ts";
import { writeMeta } from "./migrate.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const clock = new ManualClock();

function openIn(folder: string) {
  return openSqliteStore({ folder, durability: "process", clock });
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "exai-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe("SqliteStore", () => {
  storeContract(async () => {
    const folder = temporaryFolder();
    let store = await openIn(folder.path);
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]();
        store = await openIn(folder.path);
        return store;
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  });
});

test("a store that is newer than the code refuses the start with both versions", async () => {
  using folder = temporaryFolder();
  await (await openIn(folder.path))[Symbol.asyncDispose]();
  const database = new Database(join(folder.path, "exai.db"), "process");
  writeMeta(database, "schema", "1000");
  database[Symbol.dispose]();
  await expect(openIn(folder.path)).rejects.toMatchObject({
    code: "config.invalid",
    facts: { version: 1000, latest: expect.any(Number) },
  });
});

test("what is no database refuses the start and is left as it is", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "exai.db");
  writeFileSync(file, "not a database, but somebody's only copy of something ".repeat(100));
  const before = statSync(file).size;
  await expect(openIn(folder.path)).rejects.toThrow("not a database");
  expect(statSync(file).size).toBe(before);
});

test("only the owner may read the files", async () => {
  using folder = temporaryFolder();
  const inner = join(folder.path, "data");
  await using store = await openIn(inner);
  await begin(store, "c1");
  expect(statSync(inner).mode & 0o777).toBe(0o700);
  for (const name of ["exai.db", "exai.db-wal", "reserve"])
    expect(statSync(join(inner, name)).mode & 0o077, name).toBe(0);
});

test("a checkpoint follows a while after a commit; nothing is left to do when it is closed before", async () => {
  using folder = temporaryFolder();
  const timed = new ManualClock();
  await using store = await openSqliteStore({ folder: folder.path, durability: "process", clock: timed });
  await begin(store, "c1");
  await begin(store, "c2");
  expect(timed.waiting).toBe(1);
  await timed.advance(60_000);
  expect(timed.waiting).toBe(0);
  await begin(store, "c3");
  await store[Symbol.asyncDispose]();
  expect(timed.waiting).toBe(0);
});

promise(
  "auth.frames",
  "however many large calls are asked for at once, the store's thread holds a few of them",
  async () => {
    using folder = temporaryFolder();
    const lost: unknown[] = [];
    const limits = { heapMiB: 64, onLost: (cause: unknown) => lost.push(cause) };
    await using store = await openSqliteStore({ folder: folder.path, durability: "process", clock, ...limits });
    const input = JSON.stringify("x".repeat(900_000));
    const calls = Array.from({ length: 40 }, (_, n) => callNamed(`c${100 + n}`));
    const rows = await Promise.all(calls.map((call) => begin(store, call, { input })));
    await Promise.all(
      rows.map(({ id, fence }) => store.append({ call: id, fence, entries: [succeeded("y".repeat(900_000))] })),
    );
    const asked = Array.from({ length: 4 }, () => calls.map((call) => store.call({ call }))).flat();
    const lists = Array.from({ length: 50 }, () => store.calls({ limit: 200 }));
    const [listed, answered] = await Promise.all([Promise.allSettled(lists), Promise.allSettled(asked)]);
    expect(lost).toEqual([]);
    expect(listed.filter((each) => each.status === "rejected" || each.value.length !== 40)).toEqual([]);
    expect(answered.filter((each) => each.status === "rejected" || each.value?.input !== input)).toEqual([]);
  },
);

describe("a backup", () => {
  test("holds everything at one moment, while calls go on", async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    await using store = await openIn(folder.path);
    await Promise.all(Array.from({ length: 50 }, (_, n) => finish(store, `c${100 + n}`)));
    const file = join(other.path, "backup.db");
    const backingUp = store.backup({ file });
    const later = Promise.all(Array.from({ length: 50 }, (_, n) => begin(store, `d${100 + n}`)));
    const { bytes } = await backingUp;
    await later;
    expect(bytes).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o077).toBe(0);
    renameSync(file, join(other.path, "exai.db"));
    await using restored = await openIn(other.path);
    const rows = await restored.calls({ limit: 200 });
    expect(rows.filter((row) => row.id.startsWith("c"))).toHaveLength(50);
    for (const row of rows)
      expect(await restored.journal({ call: row.id, after: 0, maxBytes: 1000 })).toMatchObject({ head: row.state.seq });
  });

  promise("lost.reconnect", "begins a history of its own when it is opened, once", async () => {
    using folder = temporaryFolder();
    await using store = await openIn(folder.path);
    const restored = join(folder.path, "restored");
    mkdirSync(restored);
    await store.backup({ file: join(restored, "exai.db") });
    const first = await openIn(restored);
    await first[Symbol.asyncDispose]();
    await using second = await openIn(restored);
    expect(first.epoch).not.toBe(store.epoch);
    expect(second.epoch).toBe(first.epoch);
  });

  test("overwrites nothing, and leaves nothing half written", async () => {
    using folder = temporaryFolder();
    await using store = await openIn(folder.path);
    const file = join(folder.path, "taken");
    writeFileSync(file, "mine");
    await expect(store.backup({ file })).rejects.toMatchObject({ code: "input.invalid" });
    expect(statSync(file).size).toBe(4);
    const nowhere = join(folder.path, "no", "such", "folder");
    await expect(store.backup({ file: nowhere })).rejects.toMatchObject({ code: "input.invalid" });
    expect(existsSync(`${file}.partial`)).toBe(false);
    expect(await store.call({ call: callNamed("c1") })).toBeUndefined();
  });
});
