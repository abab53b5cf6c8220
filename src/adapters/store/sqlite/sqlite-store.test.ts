import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { storeContract } from "../../../core/store/store.contract.ts";
import { openSqliteStore } from "./sqlite-store.ts";

describe("SqliteStore", () => {
  storeContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), "exai-store-"));
    const open = () => openSqliteStore({ folder, durability: "process", clock: new ManualClock() });
    let store = await open();
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]();
        store = await open();
        return store;
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true });
      },
    };
  });
});
