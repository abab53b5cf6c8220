import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { WorkerLink } from "./worker-link.ts";

const dies = new URL("../../../../test/programs/worker-that-dies.ts", import.meta.url);

promise("lost.accepted", "when the store's thread dies, whoever waits is told, and whoever comes later", async () => {
  const told: unknown[] = [];
  const settings = { folder: tmpdir(), durability: "process" } as const;
  const { link } = await WorkerLink.start({ settings, file: dies, onLost: (cause) => told.push(cause) });
  const waiting = [link.ask({ do: "size" }), link.ask({ do: "verbs", batch: [], turn: "next" })];
  const unavailable = { status: "rejected", reason: { code: "store.unavailable" } };
  expect(await Promise.allSettled(waiting)).toMatchObject([unavailable, unavailable]);
  await expect(link.ask({ do: "size" })).rejects.toMatchObject({ code: "store.unavailable" });
  await link.close();
  expect(told).toMatchObject([{ message: "out of luck" }]);
});

test("a store that is closed, or that never opened, is not told as lost", async () => {
  const told: unknown[] = [];
  const onLost = (cause: unknown) => told.push(cause);
  const folder = mkdtempSync(join(tmpdir(), "exai-link-"));
  const { link } = await WorkerLink.start({ settings: { folder, durability: "process" }, onLost });
  await link.close();
  const inside = join(import.meta.filename, "inside-a-file");
  await expect(WorkerLink.start({ settings: { folder: inside, durability: "process" }, onLost })).rejects.toThrow();
  expect(told).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("a store that cannot be opened says why, and leaves no thread behind", async () => {
  const folder = join(import.meta.filename, "inside-a-file");
  await expect(WorkerLink.start({ settings: { folder, durability: "process" } })).rejects.toThrow(folder);
});
