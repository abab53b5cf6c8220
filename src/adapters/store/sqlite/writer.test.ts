import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { bindVerbs, type Called } from "../../../core/store/bind-verbs.ts";
import { act, begin, callNamed, newCall, succeeded } from "../../../core/store/contract/fixture.ts";
import type { Outcome } from "../../../core/store/group-commit.ts";
import { verbNames } from "../../../core/store/verbs/table.ts";
import { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { Reserve } from "./reserve.ts";
import { migrations } from "./schema.ts";
import { Writer } from "./writer.ts";

/** A writer over a database that can be made full: SQLite takes no page beyond a number we give. */
function open() {
  const folder = mkdtempSync(join(tmpdir(), "exai-writer-"));
  const database = new Database(join(folder, "exai.db"), "process");
  migrate(database, migrations);
  let full = false;
  const reserve = new Reserve({ file: join(folder, "reserve"), bytes: 4096, freeBytes: () => (full ? 4096 : 1e9) });
  const writer = new Writer({ database, reserve });
  return {
    folder,
    database,
    writer,
    store: bindVerbs(verbNames, async (called) => answered(writer.run([called])[0])),
    fill: () => {
      full = true;
      database.exec("PRAGMA max_page_count = 1");
    },
    empty: () => {
      full = false;
      database.exec("PRAGMA max_page_count = 1000000");
    },
    [Symbol.dispose]: () => {
      database[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

function answered(outcome: Outcome | undefined): unknown {
  if (outcome === undefined || "error" in outcome) throw outcome?.error;
  return outcome.value;
}

const large = JSON.stringify("x".repeat(100_000));

function accepting(id: string): Called {
  return { name: "accept", request: newCall(id, { input: large }) };
}

promise("lost.accepted", "a batch that cannot be committed fails as a whole: nothing of it is there", async () => {
  using opened = open();
  opened.fill();
  const batch: Called[] = [
    { name: "accept", request: newCall("c1") },
    { name: "putTicket", request: { hash: large, token: "t1", principal: "ann", expiresAt: 1 } },
  ];
  expect(() => opened.writer.run(batch)).toThrow(expect.objectContaining({ code: "store.full" }));
  opened.empty();
  expect(await opened.store.calls({ limit: 10 })).toEqual([]);
});

test("on a full disk the reserve is given up, new calls are refused, and what runs can end", async () => {
  using opened = open();
  const { fence } = await begin(opened.store, "c1");
  opened.fill();
  const ending: Called = { name: "append", request: { call: callNamed("c1"), fence, entries: [succeeded()] } };
  const [refused, ended] = opened.writer.run([accepting("c2"), ending]);
  expect(refused).toMatchObject({ error: { code: "store.full" } });
  expect(ended).toMatchObject({ value: { kind: "ok", state: { phase: "succeeded" } } });
  expect((await opened.store.calls({ limit: 10 })).map((row) => row.id)).toEqual(["c1"]);
});

test("with room again the reserve is taken back and calls are accepted", async () => {
  using opened = open();
  opened.fill();
  expect(opened.writer.run([accepting("c1")])).toMatchObject([{ error: { code: "store.full" } }]);
  expect(existsSync(join(opened.folder, "reserve"))).toBe(false);
  opened.empty();
  await begin(opened.store, "c2");
  expect(existsSync(join(opened.folder, "reserve"))).toBe(true);
});

test("without a reserve a check answers what a new call would be told, and takes it back like one", async () => {
  using opened = open();
  opened.fill();
  expect(opened.writer.run([accepting("c1")])).toMatchObject([{ error: { code: "store.full" } }]);
  const refused = { code: "store.full", facts: { expectedBytes: 8192 } };
  await expect(opened.store.check()).rejects.toMatchObject(refused);
  opened.empty();
  await opened.store.check();
  expect(existsSync(join(opened.folder, "reserve"))).toBe(true);
});

test("a verb with a bug is undone alone; a broken engine is a fault for all", async () => {
  using opened = open();
  const batch = [accepting("c1"), accepting("c1"), accepting("c2")];
  const outcomes = opened.writer.run(batch);
  expect(outcomes.map((outcome) => "error" in outcome)).toEqual([false, true, false]);
  opened.database.exec("PRAGMA query_only = 1");
  expect(() => opened.writer.run([accepting("c3"), accepting("c4")])).toThrow(
    expect.objectContaining({ code: "store.unavailable" }),
  );
});

promise("leak.disk", "the audit goes with its age, and keeps no more than its newest rows", async () => {
  using opened = open();
  const { database, store } = opened;
  const kept = () => database.rows({ text: "SELECT COUNT(*) AS rows, MIN(at) AS eldest FROM audit", values: [] })[0];
  const dayMs = 86_400_000;
  for (const day of [1, 2, 3]) await store.audit({ ...act("looked"), at: day * dayMs });
  const sweep = (now: number) =>
    store.sweep({ endedBefore: 0, maxBytes: Number.MAX_SAFE_INTEGER, elsewhere: [], keep: [], now });
  await sweep(92.5 * dayMs);
  expect(kept()).toEqual({ rows: 1, eldest: 3 * dayMs });
  database.exec(`INSERT INTO audit (at, principal, act, facts) WITH RECURSIVE n (n) AS
    (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100010) SELECT ${100 * dayMs} + n, 'ann', 'looked', '{}' FROM n`);
  await sweep(101 * dayMs);
  expect(kept()).toEqual({ rows: 100_000, eldest: 100 * dayMs + 11 });
});
