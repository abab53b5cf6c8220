import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { type PostgresServer, startPostgres } from "../../../../test/support/postgres-server.ts";
import { begin, callNamed, newCall } from "../../../core/store/contract/fixture.ts";
import { storeContract } from "../../../core/store/store.contract.ts";
import { openPostgresStore } from "./postgres-store.ts";

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

describe("PostgresStore", () => {
  storeContract(async () => {
    const url = await server.newDatabase();
    let store = await openAt(url);
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]();
        store = await openAt(url);
        return store;
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  });
});

promise(
  "auth.single-instance",
  "the second daemon on a database is refused, and the next one after it is not",
  async () => {
    const url = await server.newDatabase();
    const first = await openAt(url);
    await expect(openAt(url)).rejects.toMatchObject({
      code: "instance.running",
      facts: { name: `exai ${process.pid}` },
    });
    await begin(first, "c1");
    await first[Symbol.asyncDispose]();
    await using second = await openAt(url);
    expect(await second.call({ call: callNamed("c1") })).toMatchObject({ id: "c1" });
  },
);

promise(
  "lost.accepted",
  "a connection that is cut fails what was under way and loses nothing acknowledged",
  async () => {
    const url = await server.newDatabase();
    await using store = await openAt(url);
    await begin(store, "c1");
    await server.cutConnections(url);
    // The first verb after it may be the one that notices.
    await store.check().catch((error: unknown) => expect(error).toMatchObject({ code: "store.unavailable" }));
    expect(await store.accept(newCall("c2"))).toMatchObject({ kind: "new" });
    expect((await store.calls({ limit: 10 })).map((row) => row.id)).toEqual(["c2", "c1"]);
  },
);

test("while the server is away verbs say so, without the password", async () => {
  const url = await server.newDatabase();
  const away = url.replace(encodeURIComponent(server.folder), encodeURIComponent(`${server.folder}/nowhere`));
  const refused = openAt(away);
  await expect(refused).rejects.toMatchObject({ code: "store.unavailable" });
  await expect(refused).rejects.not.toThrow("password");
});

test("a backup is the database's own affair", async () => {
  await using store = await openAt(await server.newDatabase());
  await expect(store.backup({ file: "/tmp/backup" })).rejects.toMatchObject({
    code: "store.unavailable",
    message: expect.stringContaining("pg_dump"),
  });
});

test("a text that PostgreSQL cannot hold is refused alone", async () => {
  await using store = await openAt(await server.newDatabase());
  const nul = newCall("c1", { key: { value: "a\0b", covers: "hash" } });
  const [refused, accepted] = await Promise.allSettled([store.accept(nul), store.accept(newCall("c2"))]);
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "input.invalid" } });
  expect(accepted).toMatchObject({ status: "fulfilled", value: { kind: "new" } });
});
