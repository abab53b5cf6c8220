import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { killCgroup } from "../../cgroup.ts";
import { CgroupMaker } from "./cgroup-maker.ts";
import type { CommandCgroup } from "./command-cgroup.ts";
import { type Hierarchies, ownHierarchies } from "./hierarchies.ts";

const { unified, freezer, memory, pids } = process.platform === "linux" ? ownHierarchies() : ({} as Hierarchies);
const version1 = { ...(freezer && { freezer }), ...(memory && { memory }), ...(pids && { pids }) };
const kinds = [
  ...(unified === undefined ? [] : [["2", { unified, ...version1 }] as const]),
  ...(freezer === undefined ? [] : [["1", version1] as const]),
];

/** A process that lives in the cgroup and would go on for ever. */
async function inhabitant(cgroup: CommandCgroup): Promise<ChildProcess> {
  const child = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
  await once(child, "spawn");
  for (const folder of cgroup.folders) writeFileSync(join(folder, "cgroup.procs"), String(child.pid));
  return child;
}

async function untilFrozen(cgroup: CommandCgroup): Promise<void> {
  cgroup.freeze();
  while (!cgroup.isFrozen()) await new Promise(setImmediate);
}

describe.each(kinds)("cgroups held by version %s", (_, hierarchies) => {
  function make(name: string): CommandCgroup {
    const maker = CgroupMaker.open(hierarchies);
    if (typeof maker === "string") throw new Error(maker);
    return maker.make(`exai-test-${process.pid}-${name}`, { memoryBytes: 2 ** 28, processes: 7 });
  }

  test("what is frozen in one can be killed, thawed or not, and the folders go with it", async () => {
    for (const end of [
      (cgroup: CommandCgroup) => cgroup.kill(),
      ({ folders }: CommandCgroup) => folders.forEach(killCgroup),
    ]) {
      const cgroup = make("frozen");
      const child = await inhabitant(cgroup);
      const ended = once(child, "exit");
      await untilFrozen(cgroup);
      end(cgroup);
      expect(await ended).toEqual([null, "SIGKILL"]);
      cgroup.remove();
      expect(cgroup.folders.filter((folder) => existsSync(folder))).toEqual([]);
    }
  });

  test("those that a killed daemon left are removed: its own at once, others' once they are old, none that is lived in", async () => {
    const named = (name: string) => {
      const maker = CgroupMaker.open(hierarchies);
      if (typeof maker === "string") throw new Error(maker);
      return { maker, cgroup: maker.make(name, { processes: 7 }) };
    };
    const own = `exai-${randomUUID()}`;
    const { maker, cgroup: left } = named(`${own}-call-1-1`);
    const { cgroup: young } = named(`exai-${randomUUID()}-call-1-1`);
    const { cgroup: old } = named(`exai-${randomUUID()}-call-1-1`);
    const { cgroup: busy } = named(`exai-${randomUUID()}-call-1-1`);
    const child = await inhabitant(busy);
    const longAgo = Date.now() / 1000 - 601;
    for (const folder of [...old.folders, ...busy.folders]) utimesSync(folder, longAgo, longAgo);
    maker.clear(own);
    const isThere = (cgroup: CommandCgroup) => cgroup.folders.some((folder) => existsSync(folder));
    expect([left, young, old, busy].map(isThere)).toEqual([false, true, false, true]);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    for (const cgroup of [young, busy]) cgroup.remove();
  });

  test("what is thawed goes on", async () => {
    const cgroup = make("thawed");
    const child = await inhabitant(cgroup);
    const ended = once(child, "exit");
    await untilFrozen(cgroup);
    cgroup.thaw();
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    cgroup.remove();
  });

  test.runIf(memory !== undefined && pids !== undefined)("the limits are set, with room for the sandbox's own", () => {
    const cgroup = make("limited");
    const read = (file: string) =>
      cgroup.folders.map((folder) => join(folder, file)).filter((path) => existsSync(path));
    expect(read("pids.max").map((path) => readFileSync(path, "utf8"))).toEqual(["10\n"]);
    expect(read("memory.limit_in_bytes").map((path) => Number(readFileSync(path, "utf8")))).toEqual([2 ** 28]);
    cgroup.remove();
  });
});

test("a system's tables tell where this process may make cgroups", () => {
  const mounts = "31 23 0:28 / /tmp rw - cgroup2 cgroup2 rw\n32 31 0:29 /outer /proc rw - cgroup cgroup rw,memory";
  expect(ownHierarchies({ mounts, own: "4:memory:/elsewhere\n0::/" })).toEqual({ unified: "/tmp" });
  expect(ownHierarchies({ mounts: "", own: "" })).toEqual({});
  // One who was started anew by a daemon that has withdrawn makes them where the one before did.
  expect(ownHierarchies({ mounts, own: "0::/exai-daemon" })).toEqual({ unified: "/tmp" });
});
