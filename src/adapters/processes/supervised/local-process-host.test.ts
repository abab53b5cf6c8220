import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { end, isAlive, program, Reading } from "../../../../test/programs/programs.ts";
import { promise } from "../../../../test/promise.ts";
import { SystemClock } from "../../../base/clock.ts";
import { processHostContract } from "../../../core/processes/process-host.contract.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { openLocalProcessHost } from "./local-process-host.ts";
import { bootId, readProcess } from "./process-table.ts";
import { ProcessTree } from "./process-tree.ts";

const clock = new SystemClock();
const reach = { roots: [tmpdir()], network: false };
const never = new AbortController().signal;
const call = "call-1" as CallId;
let folder: string;
const strays = new Set<number>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-processes-"));
});

afterEach(async () => {
  for (const pid of strays) end(pid);
  strays.clear();
  await rm(folder, { recursive: true, force: true });
});

function start(host: Awaited<ReturnType<typeof openLocalProcessHost>>, ...command: [string, ...string[]]) {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  return host.start({ call, argv: program(...command), cwd: tmpdir(), env, reach }, never);
}

describe.skipIf(process.platform !== "linux")("LocalProcessHost", () => {
  processHostContract(() => openLocalProcessHost({ folder, clock, among: ["C"] }));

  test("the record of a command is there while it runs and gone when nothing of it lives", async () => {
    await using host = await openLocalProcessHost({ folder, clock, among: ["C"] });
    await using child = await start(host, "ignores-sigterm");
    expect(await readdir(join(folder, "running"))).toEqual([expect.stringMatching(`^${child.pid}-`)]);
    await child.cancel({ graceMs: 0 });
    expect(await readdir(join(folder, "running"))).toEqual([]);
  });

  test("output that something out of reach keeps open is given up, and said so", async () => {
    await using host = await openLocalProcessHost({ folder, clock, among: ["C"] });
    await using child = await start(host, "double-forks", "bare");
    const stray = Number((await new Reading(child).until(/^(\d+)\n/))[1]);
    strays.add(stray);
    expect(await child.exited).toMatchObject({ code: 0, drained: false });
  });

  promise("proc.races", "a process that merely has the number of an earlier one is never signalled", async () => {
    await using host = await openLocalProcessHost({ folder, clock, among: ["C"] });
    await using stranger = await start(host, "ignores-sigterm");
    const startTime = readProcess(stranger.pid)?.startTime ?? 0;
    const recycled = { pid: stranger.pid, startTime: startTime - 1 };
    new ProcessTree(recycled, "another:call").signal("SIGKILL");
    expect(new ProcessTree(recycled, "another:call").living()).toEqual([]);

    const other = await mkdtemp(join(tmpdir(), "exai-processes-"));
    await using later = await openLocalProcessHost({ folder: other, clock, among: ["C"] });
    const row = { pid: stranger.pid, mark: "none", cgroups: [] };
    const rows = [
      { ...row, startTime: startTime - 1, boot: bootId() },
      { ...row, startTime, boot: "an earlier boot" },
    ];
    for (const [n, each] of rows.entries()) await writeFile(join(other, "running", `${n}.json`), JSON.stringify(each));
    expect(await later.reap()).toBe(0);
    expect(isAlive(stranger.pid)).toBe(true);
    await rm(other, { recursive: true });
  });

  promise(
    "leak.task",
    "what a killed daemon left is ended by the next one on its folder, and by no other",
    async () => {
      const daemon = fork(join(import.meta.dirname, "../../../../test/programs/starts-and-is-killed.ts"), [folder]);
      const [pids] = (await once(daemon, "message")) as [number[]];
      for (const pid of pids) strays.add(pid);
      daemon.kill("SIGKILL");
      await once(daemon, "exit");
      const elsewhere = await mkdtemp(join(tmpdir(), "exai-processes-"));
      await using other = await openLocalProcessHost({ folder: elsewhere, clock, among: ["C"] });
      expect(await other.reap()).toBe(0);
      await using next = await openLocalProcessHost({ folder, clock, among: ["C"] });
      expect(await next.reap()).toBeGreaterThan(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(await readdir(join(folder, "running"))).toEqual([]);
      await rm(elsewhere, { recursive: true });
    },
  );
});
