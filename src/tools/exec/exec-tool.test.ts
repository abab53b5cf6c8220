import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, program } from "../../../test/programs/programs.ts";
import { promise } from "../../../test/promise.ts";
import { caps, ExecBench, OpenCall, commandPath as path, type ToolOptions } from "../../../test/support/exec-bench.ts";
import { Cancelled } from "../../base/abort.ts";
import type { Owner } from "../../core/calls/work.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { Tool } from "../../core/tools/tool.ts";
import type { CallId } from "../../protocol/ids.ts";

const call = "call-1" as CallId;

describe.skipIf(process.platform !== "linux")("exec", () => {
  let bench: ExecBench;
  let root: string;
  let spool: string;
  let outputs: OutputLog;

  beforeEach(async () => {
    bench = await ExecBench.open();
    ({ root, spool, outputs } = bench);
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  const tool = (options?: ToolOptions) => bench.tool(options);
  const run = (input: object, given?: { exec?: Tool; open?: OpenCall; role?: Owner["role"] }) =>
    bench.run(input, given);
  const written = () => bench.written();
  const until = (pattern: RegExp) => bench.until(pattern);

  promise("lost.step-once", "a program begins only once it is on record that it does", async () => {
    const open = new OpenCall();
    let isAsked = false;
    const durable = Promise.withResolvers<void>();
    open.flushed = () => {
      isAsked = true;
      return durable.promise;
    };
    const running = run({ argv: program("exits-with", "0") }, { open });
    await expect.poll(() => isAsked || open.events.length > 0).toBe(true);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(open.events).toEqual([]);
    open.aborting.abort(new Cancelled("caller"));
    durable.resolve();
    await expect(running).rejects.toBeInstanceOf(Cancelled);
    expect(open.events).toEqual([]);
  });

  test("what nothing confines is for the owner alone, unless the settings say otherwise", async () => {
    const argv = program("exits-with", "0");
    await expect(run({ argv }, { role: "user" })).rejects.toMatchObject({ code: "process.refused" });
    const exec = await tool({ leastWay: "C" });
    expect((await run({ argv }, { role: "user", exec })).data).toMatchObject({ code: 0 });
  });

  test("a command's exit and last output are the result, its bytes the log, its life two events", async () => {
    const open = new OpenCall();
    const result = await run({ argv: program("exits-with", "3") }, { open });
    expect(result.data).toEqual({ code: 3, signal: null, length: 14 });
    expect(result.content).toContain("Exited with code 3; wrote 14 bytes.\nending with 3");
    expect(await written()).toBe("ending with 3\n");
    expect(open.events).toEqual([
      { type: "process.started", data: { program: process.execPath, stream: 0, confinement: "C" } },
      { type: "process.exited", data: { code: 3, signal: null, length: 14, orphansKilled: 0, drained: true } },
    ]);
    expect(await outputs.view(call)).toEqual({ base: 0, end: 14, exit: { code: 3, signal: 0 } });
  });

  test("of much output the result shows the last whole lines, and where all of it is", async () => {
    const result = await run({ argv: program("floods-stdout", "100000") });
    expect(result.content.length).toBeLessThan(4300);
    expect(result.content).toMatch(/\n\(its last lines\)\n0123456789abcde\n/);
    expect(result.links).toEqual([{ rel: "output", href: `/api/v1/calls/${call}/output`, bytes: 100_000 }]);
  });

  promise(
    "auth.commands",
    "arguments reach the program as they are, with a clean environment, inside the roots",
    async () => {
      await mkdir(join(root, "inner"));
      await run({ argv: program("prints-environment", "$(id)", ";", "*"), cwd: "inner", env: { NO_COLOR: "blue" } });
      const seen = JSON.parse(await written());
      expect(seen.args).toEqual(["$(id)", ";", "*"]);
      expect(seen.cwd).toBe(join(root, "inner"));
      const expected = { PATH: path, HOME: join(root, "home"), LANG: "C.UTF-8", TERM: "dumb", NO_COLOR: "blue" };
      expect(seen.env).toEqual({ ...expected, EXAI_CALL: "a token", EXAI_CALL_MARK: expect.any(String) });
    },
  );

  promise("auth.commands", "only what the allow-list names is run, by name or by path", async () => {
    const exec = await tool({ allow: ["sh", process.execPath] });
    for (const name of ["ls", "/bin/ls", "./sh", "../bin/sh", "bin/sh", "", "/bin/../bin/sh", "node"])
      await expect(run({ argv: [name] }, { exec }), name).rejects.toMatchObject({
        code: "process.refused",
        facts: { setting: "EXAI_EXEC_ALLOW" },
      });
    await expect(run({ argv: ["no-such-program"] })).rejects.toMatchObject({ code: "process.not-started" });
    expect(await outputs.view(call)).toBeUndefined();
    expect((await run({ argv: ["sh", "-c", "exit 4"] }, { exec })).data).toMatchObject({ code: 4 });
  });

  promise(
    "auth.commands",
    "a directory outside the roots, the daemon's own, and variables that load code are refused",
    async () => {
      for (const cwd of ["..", "/", "home", "home/spool"])
        await expect(run({ argv: ["ls"], cwd })).rejects.toMatchObject({ code: "workspace.outside" });
      for (const name of [
        "LD_PRELOAD",
        "NODE_OPTIONS",
        "BASH_ENV",
        "ENV",
        "PYTHONPATH",
        "PERL5LIB",
        "GIT_DIR",
        "DYLD_X",
        "PERLLIB",
        "RUBYOPT",
        "HOME",
        "EXAI_URL",
      ])
        await expect(run({ argv: ["ls"], env: { [name]: "x" } }), name).rejects.toMatchObject({
          code: "process.refused",
        });
      expect((await tool()).input.safeParse({ argv: ["ls"], env: { "A=B": "x" } }).success).toBe(false);
      const exec = await tool({ variables: ["NODE_ENV"] });
      expect((await run({ argv: ["true"], env: { NODE_ENV: "test" } }, { exec })).data).toMatchObject({ code: 0 });
      expect((await tool()).input.safeParse({ argv: ["ls"], command: "rm -rf" }).success).toBe(false);
    },
  );

  promise("leak.task", "a call that ends stops its command with its whole tree, and only then is it over", async () => {
    const open = new OpenCall();
    const running = run({ argv: program("setsid-child") }, { open });
    await until(/tick 1\n/);
    const inner = Number((await written()).split("\n")[0]);
    const reason = new Cancelled("deadline");
    open.aborting.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(isAlive(inner)).toBe(false);
    expect(open.events.at(-1)).toMatchObject({ type: "process.exited", data: { code: null, signal: "SIGTERM" } });
    expect((await outputs.view(call))?.exit).toEqual({ code: null, signal: 15 });
  });

  promise("proc.output", "what a command says when it is asked to stop is still in its log", async () => {
    const open = new OpenCall();
    const running = run({ argv: program("ends-on-sigterm") }, { open });
    await until(/ready/);
    open.aborting.abort(new Cancelled("caller"));
    await expect(running).rejects.toMatchObject({ by: "caller" });
    expect(await written()).toBe("ready\ngoodbye\n");
    expect(open.events.at(-1)).toMatchObject({ data: { code: 7, signal: null, length: 14 } });
  });

  promise("proc.control", "input, its end, pause and resume reach the command through its call", async () => {
    const open = new OpenCall();
    const running = run({ argv: program("echoes-input") }, { open });
    await open.started;
    await open.feedable?.input(Buffer.from("first\n"));
    await until(/first/);
    await open.pausable?.pause();
    const echo = open.feedable?.input(Buffer.from("second\n"));
    expect(await written()).toBe("first\n");
    await open.pausable?.resume();
    await echo;
    await until(/second/);
    await open.feedable?.endInput();
    expect((await running).data).toMatchObject({ code: 0, length: 13 });
  });

  test("input given with the call is all that the command reads; one that does not read it is no failure", async () => {
    expect((await run({ argv: program("echoes-input"), stdin: "über" })).content).toContain("über");
    await outputs.remove([call]);
    const unread = "x".repeat(900_000);
    expect((await run({ argv: program("exits-with", "0"), stdin: unread })).data).toMatchObject({ code: 0 });
  });

  test("the largest input that may be given reaches the command whole", async () => {
    const base64 = Buffer.alloc(1024 * 1024 + 2, "x").toString("base64");
    expect((await run({ argv: ["wc", "-c"], stdin: { base64 } })).content).toContain(`\n${1024 * 1024 + 2}`);
  });

  test("a program that anybody could write never runs, though the settings list it", async () => {
    const own = join(root, "own");
    await writeFile(own, "#!/bin/sh\n", { mode: 0o755 });
    expect((await run({ argv: [own] })).data).toMatchObject({ code: 0 });
    await chmod(own, 0o777);
    await expect(run({ argv: [own] })).rejects.toMatchObject({ code: "process.not-started" });
  });

  promise(
    "leak.disk",
    "a flood ends at its cap where the call asked for that, and loses its oldest bytes otherwise",
    async () => {
      const flood = run({ argv: program("floods-stdout"), overflow: "kill" });
      await expect(flood).rejects.toMatchObject({ code: "output.overflow" });
      expect(outputs.size()).toBeLessThanOrEqual(caps.perCall);
      await outputs.remove([call]);
      const { data } = await run({ argv: program("floods-stdout", "1000000") });
      expect(data).toEqual({ code: 0, signal: null, length: 1_000_000 });
      expect(outputs.size()).toBeLessThanOrEqual(caps.perCall);
      expect((await outputs.view(call))?.base).toBeGreaterThan(700_000);
    },
  );

  test("a command that waits for its reader can be cancelled while nobody reads", async () => {
    const open = new OpenCall();
    const running = run({ argv: program("floods-stdout"), overflow: "block" }, { open });
    while (outputs.size() < caps.perCall - 64 * 1024) await new Promise(setImmediate);
    open.aborting.abort(new Cancelled("caller"));
    await expect(running).rejects.toMatchObject({ by: "caller" });
    expect((await outputs.view(call))?.base).toBe(0);
  });

  test("a full disk ends the command, with the fault that says so", async () => {
    await mkdir(join(spool, call));
    await symlink("/dev/full", join(spool, call, "0000000000000000.seg"));
    const open = new OpenCall();
    await expect(run({ argv: program("floods-stdout") }, { open })).rejects.toMatchObject({ code: "store.full" });
    expect(open.events.at(-1)).toMatchObject({ type: "process.exited", data: { length: 0 } });
  });

  test("its time is its own, or the setting's, or none where it is detached", async () => {
    const { timeoutMs } = await tool();
    expect(timeoutMs({ argv: ["ls"], timeoutMs: 5 }, false)).toBe(5);
    expect(timeoutMs({ argv: ["ls"] }, false)).toBe(60_000);
    expect(timeoutMs({ argv: ["ls"] }, true)).toBe(Number.POSITIVE_INFINITY);
    expect(timeoutMs({ argv: ["ls"], detached: true, timeoutMs: 5 }, false)).toBe(5);
  });
});
