import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, stateOf } from "../../../../test/programs/programs.ts";
import { promise } from "../../../../test/promise.ts";
import { SystemClock } from "../../../base/clock.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { bootId } from "./process-table.ts";
import { Supervisor } from "./supervisor.ts";

let folder: string;
let proof: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-supervisor-"));
  proof = join(folder, "it-ran");
});

afterEach(() => rm(folder, { recursive: true }));

function touching(env: Record<string, string> = {}) {
  const argv: [string, ...string[]] = ["/usr/bin/touch", proof];
  return { call: "call-1" as CallId, argv, cwd: "/", env, reach: { roots: [], network: false } };
}

function open() {
  return Supervisor.open({ folder, among: ["C"] }, new SystemClock());
}

describe.skipIf(process.platform !== "linux")("Supervisor", () => {
  promise("leak.process", "a command begins only once its record is there and somebody has its pipes", async () => {
    await using supervisor = await open();
    const { supervision } = await supervisor.start(touching(), async (_pipes, pid) => {
      const [row = ""] = await readdir(join(folder, "running"));
      const recorded = JSON.parse(await readFile(join(folder, "running", row), "utf8"));
      expect(recorded).toMatchObject({ pid, call: "call-1", boot: bootId(), mark: expect.stringContaining("call-1") });
      expect(recorded.startTime).toBeGreaterThan(0);
      // It waits at its gate, or what it does instead is done.
      while (!["S", "Z", ""].includes(stateOf(pid))) await new Promise(setImmediate);
      expect(existsSync(proof)).toBe(false);
    });
    expect(await supervision.ended).toMatchObject({ code: 0 });
    expect(existsSync(proof)).toBe(true);
    expect(await readdir(join(folder, "running"))).toEqual([]);
  });

  promise("leak.process", "one whose pipes nobody takes never begins, and leaves nothing", async () => {
    await using supervisor = await open();
    const reason = new Error("no thanks");
    let stood = 0;
    const starting = supervisor.start(touching(), (_pipes, pid) => {
      stood = pid;
      throw reason;
    });
    await expect(starting).rejects.toBe(reason);
    expect([isAlive(stood), existsSync(proof)]).toEqual([false, false]);
    expect(await readdir(join(folder, "running"))).toEqual([]);
  });

  promise("leak.process", "a supervisor that ends while a command stands at its gate never lets it begin", async () => {
    const supervisor = await open();
    const starting = supervisor.start(touching(), () => supervisor[Symbol.asyncDispose]());
    await expect(starting).rejects.toMatchObject({ code: "process.not-started" });
    expect(existsSync(proof)).toBe(false);
  });

  test("variables that a shell takes for its own reach the command as they were given", async () => {
    await using supervisor = await open();
    const env = { PWD: "/elsewhere", OPTIND: "no number", IFS: "x", PPID: "7", PS1: "$", LANG: "C" };
    const spec = { ...touching(env), argv: ["/usr/bin/env"] as [string] };
    const { supervision, taken } = await supervisor.start(spec, (pipes) => pipes);
    const said = (await taken.stdout.toArray()).join("");
    expect(await supervision.ended).toMatchObject({ code: 0 });
    const seen = Object.fromEntries(
      said
        .trim()
        .split("\n")
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    expect(seen).toEqual({ ...env, EXAI_CALL_MARK: expect.any(String) });
  });
});
