import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Database } from "./database.ts";
import { migrate, readMeta } from "./migrate.ts";
import { migrations } from "./schema.ts";

const first = "CREATE TABLE things (name TEXT); INSERT INTO things VALUES ('old')";
const second = "ALTER TABLE things ADD COLUMN size INTEGER DEFAULT 7";
const broken = "DROP TABLE things; SELECT * FROM nowhere";

function folder() {
  const path = mkdtempSync(join(tmpdir(), "exai-migrate-"));
  const file = join(path, "exai.db");
  return { file, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function things(database: Database): unknown[] {
  return database.rows({ text: "SELECT * FROM things", values: [] }).map((row) => ({ ...(row as object) }));
}

test("a new store takes all steps, and an open one takes none again", () => {
  using place = folder();
  using database = new Database(place.file, "process");
  migrate(database, [first, second]);
  migrate(database, [first, second]);
  expect(things(database)).toEqual([{ name: "old", size: 7 }]);
  expect(existsSync(`${place.file}.before-2`)).toBe(false);
});

test("an older store takes the steps that it lacks, after a copy of how it was", () => {
  using place = folder();
  using database = new Database(place.file, "process");
  migrate(database, [first]);
  migrate(database, [first, second]);
  expect(things(database)).toEqual([{ name: "old", size: 7 }]);
  using copy = new Database(`${place.file}.before-2`, "process");
  expect(things(copy)).toEqual([{ name: "old" }]);
  expect(readMeta(copy, "schema")).toBe("1");
});

test("a step that fails leaves the store as it was, and can be tried again", () => {
  using place = folder();
  using database = new Database(place.file, "process");
  migrate(database, [first]);
  expect(() => migrate(database, [first, broken])).toThrow("nowhere");
  expect(things(database)).toEqual([{ name: "old" }]);
  migrate(database, [first, second]);
  expect(readMeta(database, "schema")).toBe("2");
});

test("a store newer than the steps is refused with both versions", () => {
  using place = folder();
  using database = new Database(place.file, "process");
  migrate(database, [first, second]);
  expect(() => migrate(database, [first])).toThrow("its schema is version 2, expected 1 or older");
});

test("conversations of a store that did not count them yet count from then on", () => {
  using place = folder();
  using database = new Database(place.file, "process");
  migrate(database, migrations.slice(0, 5));
  for (const text of [
    "INSERT INTO threads SELECT 't1', 'ann', NULL, 'a', 0, 0, 1, 100 UNION ALL SELECT 't2', 'ann', NULL, 'b', 0, 0, 1, 20",
    "INSERT INTO threads VALUES ('t3', 'bob', NULL, 'c', 0, 0, 1, 3)",
    "INSERT INTO held VALUES ('ann', 1000)",
  ])
    database.rows({ text, values: [] });
  migrate(database, migrations);
  const held = database.rows({ text: "SELECT principal, bytes FROM held ORDER BY principal", values: [] });
  expect(held.map((row) => ({ ...(row as object) }))).toEqual([
    { principal: "ann", bytes: 1120 },
    { principal: "bob", bytes: 3 },
  ]);
});
