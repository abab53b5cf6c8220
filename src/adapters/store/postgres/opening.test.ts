import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { type PostgresServer, startPostgres } from "../../../../test/support/postgres-server.ts";
import { startPooler } from "../../../../test/support/transaction-pooler.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { Session } from "./session.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function openAt(url: string) {
  return openPostgresStore({ url, clock: new ManualClock() });
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

async function run(url: string, text: string): Promise<void> {
  await using session = await Session.connect(url);
  await session.exec(text);
}

test.each([1, 2, 5])("a pooler in transaction mode with %i connections is refused loudly", async (size) => {
  const url = await server.newDatabase();
  const folder = mkdtempSync(join(tmpdir(), "exai-pooler-"));
  {
    await using _pooler = await startPooler({ serverFolder: server.folder, database: nameOf(url), folder, size });
    const pooled = url.replace(encodeURIComponent(server.folder), encodeURIComponent(folder));
    await expect(openAt(pooled)).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining("pooler"),
    });
  }
  rmSync(folder, { recursive: true });
});

test("a database that is newer than the code refuses the start with both versions", async () => {
  const url = await server.newDatabase();
  await (await openAt(url))[Symbol.asyncDispose]();
  await run(url, "UPDATE meta SET value = '1000' WHERE name = 'schema'");
  await expect(openAt(url)).rejects.toMatchObject({ code: "config.invalid", facts: { version: 1000 } });
});

test("the rows in another database are another history", async () => {
  const url = await server.newDatabase();
  const store = await openAt(url);
  await store[Symbol.asyncDispose]();
  const copy = `${nameOf(url)}_copy`;
  await run(url.replace(/[^/]+$/, "postgres"), `CREATE DATABASE ${copy} TEMPLATE ${nameOf(url)}`);
  const again = await openAt(url);
  await again[Symbol.asyncDispose]();
  await using copied = await openAt(url.replace(/[^/]+$/, copy));
  expect(again.epoch).toBe(store.epoch);
  expect(copied.epoch).not.toBe(store.epoch);
});
