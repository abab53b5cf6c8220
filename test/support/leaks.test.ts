import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { promise } from "../promise.ts";
import { LeakWatch } from "./leaks.ts";

/** Long enough for what goes by itself; what is planted here stays until it is taken away. */
const settleMs = 250;

promise("leak.handle", "a forgotten timer is named", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  const timer = setTimeout(() => {}, 60_000);
  const left = await watch.leftSince(before, settleMs);
  clearTimeout(timer);
  expect(left).toEqual([expect.stringMatching(/^timer .+leaks\.test\.ts/)]);
});

promise("leak.handle", "a forgotten server is named", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const left = await watch.leftSince(before, settleMs);
  server.close();
  await once(server, "close");
  expect(left).toEqual(["handle TCPServerWrap"]);
});

promise("leak.handle", "a forgotten open file is named", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  const file = await open(import.meta.filename);
  const left = await watch.leftSince(before, settleMs);
  await file.close();
  expect(left).toEqual([`open file ${import.meta.filename}`]);
});

promise("leak.handle", "a forgotten child process is named, even one that does not keep us alive", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  child.unref();
  const left = await watch.leftSince(before, settleMs);
  child.ref();
  child.kill("SIGKILL");
  await once(child, "close");
  expect(left).toEqual([`child process ${child.pid} (sleep)`]);
});

promise("leak.handle", "a forgotten listener on the process is named", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  const listener = () => {};
  process.on("SIGUSR2", listener);
  const left = await watch.leftSince(before, settleMs);
  process.off("SIGUSR2", listener);
  expect(left).toContain("process listener SIGUSR2");
});

test("what goes by itself in time is no leak", async () => {
  using watch = new LeakWatch();
  const before = watch.now();
  setTimeout(() => {}, 5);
  expect(await watch.leftSince(before, 2_000)).toEqual([]);
});

test("what was held before is nobody's leak", async () => {
  using watch = new LeakWatch();
  const timer = setTimeout(() => {}, 60_000);
  const before = watch.now();
  const left = await watch.leftSince(before, settleMs);
  clearTimeout(timer);
  expect(left).toEqual([]);
});
