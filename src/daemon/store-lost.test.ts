import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Worker } from "node:worker_threads";
import { expect } from "vitest";
import { promise } from "../../test/promise.ts";
import { main } from "./main.ts";

promise("lost.accepted", "a daemon whose store's thread dies says so and ends with a failure", async () => {
  const home = await mkdtemp(join(tmpdir(), "exai-lost-"));
  const threads: Worker[] = [];
  const keep = (thread: Worker) => threads.push(thread);
  process.on("worker", keep);
  const stdout = new PassThrough();
  const listens = new Promise((resolve) => stdout.once("data", resolve));
  const env = { EXAI_HOME: home, EXAI_WS_PORT: "0" };
  const code = main({ env, version: "0", command: "exai", stdout, stderr: new PassThrough() });
  await Promise.race([listens, code]);
  process.off("worker", keep);
  expect(threads).toHaveLength(1);
  await Promise.all(threads.map((thread) => thread.terminate()));
  expect(await code).toBe(1);
  const files = await readdir(join(home, "logs"));
  const logs = await Promise.all(files.map((file) => readFile(join(home, "logs", file), "utf8")));
  expect(logs.join("")).toContain("the store is lost");
  await rm(home, { recursive: true });
});
