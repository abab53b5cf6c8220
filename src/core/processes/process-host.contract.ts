import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { end, isAlive, outsideOf, program, Reading, standsStill, stateOf } from "../../../test/programs/programs.ts";
import { promise } from "../../../test/promise.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Child, ProcessHost } from "./process-host.ts";

const never = new AbortController().signal;
const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
const theCall = "call-1" as CallId;

/**
 * What every way of running commands keeps, on a system that tells about all processes. Where a way confines, the
 * programs of the tests must be among what it lets commands read.
 */
export function processHostContract(open: () => Promise<ProcessHost>): void {
  let root: string;
  let reach: { roots: string[]; network: boolean };
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "exai-root-"));
    // Commands may run as another user.
    await chmod(root, 0o777);
    reach = { roots: [root], network: false };
  });
  afterEach(() => rm(root, { recursive: true }));

  /** Processes that a test was told of: if a promise is broken, they still do not outlive the test. */
  const descendants = new Set<number>();
  afterEach(() => {
    for (const pid of descendants) end(pid);
    descendants.clear();
  });

  function start(host: ProcessHost, ...command: [string, ...string[]]): Promise<Child> {
    return host.start({ call: theCall, argv: program(...command), cwd: root, env, reach }, never);
  }

  /** The process that a command tells of, by our own numbers; one that is gone already has none. */
  async function told(host: ProcessHost, child: Child, reading: Reading): Promise<number | undefined> {
    const pid = outsideOf(child.pid, Number((await reading.until(/^(\d+)\n/m))[1]), host.confinement.way);
    if (pid !== undefined) descendants.add(pid);
    return pid;
  }

  async function descendant(host: ProcessHost, child: Child, reading: Reading): Promise<number> {
    const pid = await told(host, child, reading);
    if (pid === undefined) throw new Error("The descendant is gone");
    return pid;
  }

  test("a command gets its arguments as they are, its directory, and no environment but its own and a mark", async () => {
    await using host = await open();
    const argv = program("prints-environment", "a b", "$HOME", "*", "'");
    await using child = await host.start({ call: theCall, argv, cwd: "/", env: { ONLY: "this" }, reach }, never);
    const reading = new Reading(child);
    await reading.rest();
    const seen = JSON.parse(reading.bytes("stdout").toString());
    expect(seen.args).toEqual(["a b", "$HOME", "*", "'"]);
    expect(seen.cwd).toBe("/");
    expect(seen.env).toEqual({ ONLY: "this", EXAI_CALL_MARK: expect.stringContaining(theCall) });
  });

  promise("proc.output", "bytes come unchanged, the two channels told apart, a line of any length", async () => {
    await using host = await open();
    await using child = await start(host, "writes-bytes");
    const reading = new Reading(child);
    await reading.rest();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    expect(reading.bytes("stdout").equals(Buffer.concat([bytes, Buffer.alloc(300_000, "x")]))).toBe(true);
    expect(reading.bytes("stderr").equals(Buffer.from(bytes).reverse())).toBe(true);
    expect(await child.exited).toEqual({ code: 0, signal: null, signalNumber: 0, orphansKilled: 0, drained: true });
  });

  promise("proc.output", "output arrives while the command runs", async () => {
    await using host = await open();
    await using child = await start(host, "ignores-sigterm");
    await new Reading(child).until(/ready/);
    expect(isAlive(child.pid)).toBe(true);
  });

  promise("proc.output", "what a command wrote before its end is not lost on a reader that comes late", async () => {
    await using host = await open();
    await using child = await start(host, "floods-stdout", "90000");
    await child.exited;
    const reading = new Reading(child);
    await reading.rest();
    expect(reading.bytes("stdout").length).toBe(90_000);
  });

  promise("proc.output", "however a command ends, its output is what it wrote and not a byte more", async () => {
    await using host = await open();
    const waits = "exec sleep 86400";
    const ends: [script: string, end: (child: Child) => unknown][] = [
      [waits, (child) => child.cancel({ graceMs: 60_000 })],
      [waits, (child) => child.cancel({ graceMs: 0 })],
      [waits, (child) => process.kill(child.pid, "SIGKILL")],
      [`trap '' TERM; ${waits}`, (child) => child.cancel({ graceMs: 20 })],
      ...["TERM", "KILL", "SEGV", "HUP"].map((signal) => [`kill -${signal} $$`, () => {}] as [string, () => void]),
    ];
    for (const [script, endIt] of ends) {
      const argv: [string, ...string[]] = ["/bin/sh", "-c", `echo err >&2; echo out; ${script}`];
      await using child = await host.start({ call: theCall, argv, cwd: root, env, reach }, never);
      const reading = new Reading(child);
      await reading.until(/out\n/);
      await endIt(child);
      await reading.rest();
      const said = ["stdout", "stderr"] as const;
      expect(said.map((channel) => reading.bytes(channel).toString())).toEqual(["out\n", "err\n"]);
    }
  });

  test("a flood that nobody reads waits in its pipe", async () => {
    await using host = await open();
    await using child = await start(host, "floods-stdout");
    const chunks = child.output()[Symbol.asyncIterator]();
    await chunks.next();
    while (stateOf(child.pid) !== "S") await new Promise(setImmediate);
    const before = process.memoryUsage().rss;
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
    expect(process.memoryUsage().rss - before).toBeLessThan(30e6);
  });

  test("the exit tells a code, or the signal that ended the command", async () => {
    await using host = await open();
    await using child = await start(host, "exits-with", "3");
    expect(await child.exited).toMatchObject({ code: 3, signal: null });
    await using killed = await start(host, "ignores-sigterm");
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.exited).toMatchObject({ code: null, signal: "SIGKILL", signalNumber: 9 });
  });

  promise("leak.task", "what a command leaves behind when it ends is ended with it, and counted", async () => {
    await using host = await open();
    for (const leaver of ["forks-and-leaves", "double-forks"]) {
      await using child = await start(host, leaver);
      const left = await told(host, child, new Reading(child));
      expect(await child.exited).toMatchObject({ code: 0, orphansKilled: 1, drained: true });
      expect(left !== undefined && isAlive(left)).toBe(false);
    }
  });

  promise("leak.task", "disposing a child kills its whole tree, and disposing the host kills every tree", async () => {
    const host = await open();
    const first = await start(host, "setsid-child");
    const leftByFirst = await descendant(host, first, new Reading(first));
    await first[Symbol.asyncDispose]();
    expect([first.pid, leftByFirst].filter(isAlive)).toEqual([]);
    const second = await start(host, "double-forks", "stay");
    const leftBySecond = await descendant(host, second, new Reading(second));
    await host[Symbol.asyncDispose]();
    expect([second.pid, leftBySecond].filter(isAlive)).toEqual([]);
  });

  promise(
    "proc.control",
    "pause stops the whole tree and resume lets it go on, a child in its own session too",
    async () => {
      await using host = await open();
      await using child = await start(host, "setsid-child");
      const reading = new Reading(child);
      const inner = await descendant(host, child, reading);
      await reading.until(/tick 1\n/);
      expect(await child.pause()).toBe("done");
      expect([child.pid, inner].map(standsStill)).toEqual([true, true]);
      expect(await child.resume()).toBe("done");
      expect(standsStill(inner)).toBe(false);
      const seen = reading.bytes("stdout").length;
      await reading.until(new RegExp(`^[^]{${seen}}[^]*tick`));
    },
  );

  promise("proc.control", "10 rapid pairs of pause and resume, then cancel, work", async () => {
    await using host = await open();
    await using child = await start(host, "ends-on-sigterm");
    await new Reading(child).until(/ready/);
    const answers = Array.from({ length: 10 }, () => [child.pause(), child.resume()]).flat();
    const exit = child.cancel({ graceMs: 60_000 });
    expect(await Promise.all(answers)).toEqual(Array(20).fill("done"));
    expect(await exit).toMatchObject({ code: 7, signal: null });
  });

  promise(
    ["proc.control", "proc.races"],
    "on a command that is gone, control answers clearly and never throws",
    async () => {
      await using host = await open();
      await using child = await start(host, "exits-with", "5");
      const racing = [child.pause(), child.resume(), child.pause(), child.resume()];
      const exit = await child.exited;
      for (const answer of await Promise.all(racing)) expect(["done", "gone"]).toContain(answer);
      expect(await Promise.all([child.pause(), child.resume()])).toEqual(["gone", "gone"]);
      expect(await child.cancel({ graceMs: 1000 })).toEqual(exit);
      await expect(child.input(new Uint8Array(1))).rejects.toMatchObject({ code: "process.gone" });
    },
  );

  promise("proc.races", "control that races with the end, many times over, always ends in one exit", async () => {
    await using host = await open();
    const ends = Array.from({ length: 6 }, async (_, n) => {
      await using child = await start(host, "exits-with", String(n));
      const answers = [];
      for (let turn = 0; turn < 10; turn++) answers.push(turn % 2 === 0 ? child.pause() : child.resume());
      await Promise.all(answers);
      return (await child.exited).code;
    });
    expect(await Promise.all(ends)).toEqual(Array.from({ length: 6 }, (_, n) => n));
  });

  promise("proc.cancel-order", "a stopped command still gets its TERM, and the grace to end by itself", async () => {
    await using host = await open();
    await using child = await start(host, "ends-on-sigterm");
    const reading = new Reading(child);
    await reading.until(/ready/);
    await child.pause();
    expect(await child.cancel({ graceMs: 60_000 })).toMatchObject({ code: 7, signal: null });
    await reading.until(/goodbye/);
  });

  promise(
    "proc.cancel-order",
    "after the grace comes KILL, and cancel tells only when nothing of the tree lives",
    async () => {
      await using host = await open();
      await using stubborn = await start(host, "ignores-sigterm");
      await new Reading(stubborn).until(/ready/);
      expect(await stubborn.cancel({ graceMs: 50 })).toMatchObject({ code: null, signal: "SIGKILL" });
      await using child = await start(host, "setsid-child", "stubborn");
      const reading = new Reading(child);
      const inner = await descendant(host, child, reading);
      await reading.until(/tick 1\n/);
      // Long enough for whoever obeys to end, on a busy machine too.
      expect(await child.cancel({ graceMs: 3000 })).toMatchObject({ code: null, signal: "SIGTERM", orphansKilled: 1 });
      expect([child.pid, inner].filter(isAlive)).toEqual([]);
    },
  );

  promise("proc.cancel-order", "what outlives the command has the grace too, and ends it by ending", async () => {
    await using host = await open();
    const trees: [string, ...string[]][] = [["setsid-child"], ["double-forks", "stay"]];
    for (const tree of trees) {
      await using child = await start(host, ...tree);
      const inner = await descendant(host, child, new Reading(child));
      expect(await child.cancel({ graceMs: 60_000 })).toMatchObject({ signal: "SIGTERM", orphansKilled: 0 });
      expect([child.pid, inner].filter(isAlive)).toEqual([]);
    }
  });

  promise("proc.cancel-order", "what outlives the command may do its last work in the grace", async () => {
    await using host = await open();
    const inner = "trap 'sleep 0.5; echo finished; exit' TERM; echo ready; while :; do sleep 0.02; done";
    const argv: [string, ...string[]] = ["/bin/sh", "-c", 'setsid /bin/sh -c "$0" & wait', inner];
    await using child = await host.start({ call: theCall, argv, cwd: root, env, reach }, never);
    const reading = new Reading(child);
    await reading.until(/ready/);
    await child.cancel({ graceMs: 60_000 });
    await reading.rest();
    expect(reading.bytes("stdout").toString()).toBe("ready\nfinished\n");
  });

  promise("proc.control", "input reaches the command as it is and its end too", async () => {
    await using host = await open();
    await using child = await start(host, "echoes-input");
    const reading = new Reading(child);
    await child.input(Buffer.from("über\0\n"));
    await reading.until(/über/);
    child.endInput();
    await reading.rest();
    expect(reading.bytes("stdout").toString()).toBe("über\0\n");
    await expect(child.input(Buffer.from("late"))).rejects.toMatchObject({ code: "process.gone" });
    expect(await child.exited).toMatchObject({ code: 0 });
  });

  promise("proc.control", "input that the command does not read is refused beyond 1 MiB pending", async () => {
    await using host = await open();
    await using child = await start(host, "ignores-sigterm");
    await new Reading(child).until(/ready/);
    const block = new Uint8Array(256 * 1024);
    const writes = Array.from({ length: 8 }, () =>
      child.input(block).then(
        () => "taken",
        (fault) => fault.code,
      ),
    );
    await child.cancel({ graceMs: 0 });
    const answers = await Promise.all(writes);
    expect(answers).toContain("process.input-full");
    expect(answers.filter((answer) => answer === "process.input-full").length).toBeGreaterThanOrEqual(3);
  });

  test("what cannot be started is a fault that says why", async () => {
    await using host = await open();
    const refused: [string, ...string[]][] = [
      ["/no/such/program"],
      ["/etc/passwd"],
      ["node"],
      [process.execPath, "nul\0byte"],
      [process.execPath, "x".repeat(200_000)],
    ];
    for (const argv of refused) {
      const starting = host.start({ call: theCall, argv, cwd: "/", env, reach }, never);
      await expect(starting).rejects.toMatchObject({ code: "process.not-started" });
    }
    const nowhere = host.start(
      { call: theCall, argv: program("exits-with", "0"), cwd: "/no/such/place", env, reach },
      never,
    );
    await expect(nowhere).rejects.toMatchObject({ code: "process.not-started", facts: { cwd: "/no/such/place" } });
  });

  test("an aborted signal starts nothing", async () => {
    await using host = await open();
    const argv = program("ignores-sigterm");
    const reason = new Error("enough");
    const starting = host.start({ call: theCall, argv, cwd: "/", env, reach }, AbortSignal.abort(reason));
    await expect(starting).rejects.toBe(reason);
  });

  test("a bare name is found along the path given and nowhere else", async () => {
    await using host = await open();
    expect(await host.find("sh", "/no/such/place:/bin")).toBe("/bin/sh");
    expect(await host.find("sh", "/no/such/place:")).toBeUndefined();
    expect(await host.find("passwd", "/etc")).toBeUndefined();
  });
}
