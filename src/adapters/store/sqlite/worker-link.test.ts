import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { WorkerLink } from "./worker-link.ts";

const dies = new URL("../../../../test/programs/worker-that-dies.ts", import.meta.url);

promise("lost.accepted", "when the store's thread dies, whoever waits is told, and whoever comes later", async () => {
  const { link } = await WorkerLink.start({ folder: tmpdir(), durability: "process" }, dies);
  const waiting = [link.ask({ do: "size" }), link.ask({ do: "verbs", batch: [] })];
  const unavailable = { status: "rejected", reason: { code: "store.unavailable" } };
  expect(await Promise.allSettled(waiting)).toMatchObject([unavailable, unavailable]);
  await expect(link.ask({ do: "size" })).rejects.toMatchObject({ code: "store.unavailable" });
  await link.close();
});

test("a store that cannot be opened says why, and leaves no thread behind", async () => {
  const folder = join(import.meta.filename, "inside-a-file");
  await expect(WorkerLink.start({ folder, durability: "process" })).rejects.toThrow(folder);
});
