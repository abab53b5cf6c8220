import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { program } from "./programs/programs.ts";
import { promise } from "./promise.ts";
import { CommandLine, exai, jsonOf, type Ran } from "./support/command-line.ts";
import { type DaemonProcess, startDaemon } from "./support/daemon.ts";

const root = join(import.meta.dirname, "..");
let folder: string;
let daemon: DaemonProcess;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "exai-cli-")));
  daemon = await startDaemon({
    env: {
      EXAI_EXEC_ALLOW: `sh,yes,${process.execPath}`,
      EXAI_EXEC_CONFINEMENT: "C",
      EXAI_ROOTS: `${folder},${root}`,
      EXAI_ALLOWED_HOSTS: "0.0.0.0",
    },
  });
  env = daemon.clientEnv;
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const run = (argv: readonly string[], input?: string | Uint8Array): Promise<Ran> =>
  exai(argv, { cwd: folder, env, ...(input !== undefined && { input }) });

/** Leaves a command running; answers its call. */
async function left(...argv: string[]): Promise<string> {
  const { stdout } = await run(["exec", "--detach", "--", ...argv]);
  const call = stdout.toString().trim();
  await using follower = new CommandLine(["follow", call, "--json"], { env });
  await follower.line(/"process.started"/);
  return call;
}

test("ps shows what runs, for how long and with what, and nothing once it is over", async () => {
  const call = await left("sleep", "600");
  const { stdout } = await run(["ps"]);
  expect(stdout.toString()).toMatch(/^CALL +STATE +RUNS +CPU +MEMORY +PROCESSES +WAY +COMMAND$/m);
  expect(stdout.toString()).toMatch(new RegExp(`^${call} +running .* C +/usr/bin/sleep 600$`, "m"));
  await run(["control", call, "pause"]);
  expect(jsonOf(await run(["ps", "--json"]))).toMatchObject([{ call, state: "paused", command: "sleep" }]);
  await run(["control", call, "cancel"]);
  await expect.poll(async () => (await run(["ps"])).stdout.toString()).toBe("no commands run\n");
});

test("a directory that nothing may run in is told by the name that was given", async () => {
  const outside = await run(["exec", "--cwd", "/etc", "--", "sh", "-c", ":"]);
  expect(outside).toMatchObject({ code: 126, stderr: expect.stringContaining('Cannot use "/etc": it lies outside') });
  const missing = await run(["exec", "--cwd", "nowhere", "--", "sh", "-c", ":"]);
  expect(missing.stderr).toContain(`Cannot use "${folder}/nowhere": there is nothing of that name`);
});

test("commands tells which there are and why one is refused, and of one all that it takes", async () => {
  const all = (await run(["commands"])).stdout.toString();
  expect(all).toMatch(/^cat +ready +Show files$/m);
  expect(all).toMatch(/^sh +ready +With any arguments \(EXAI_EXEC_ALLOW\)$/m);
  expect(all).toMatch(/^make +(refused +here commands are confined in way C|missing)/m);
  const one = (await run(["commands", "git"])).stdout.toString();
  expect(one).toMatch(/^ {2}git log .*\[--oneline\].* -- \[PATH…\]$/m);
  expect(await run(["commands", "gti"])).toMatchObject({ code: 2, stderr: expect.stringContaining("git") });
  const refused = await run(["exec", "--", "git", "push"]);
  expect(refused).toMatchObject({ code: 126, stderr: expect.stringContaining("commands git") });
  const { stdout } = await run(["doctor"]);
  expect(stdout.toString()).toMatch(/ready: .*\bcat\b/);
});

test("a command that is silent for too long ends like one that took too long", async () => {
  const { code, stderr } = await run(["exec", "--idle-timeout", "200ms", "--", "sleep", "600"]);
  expect({ code, stderr }).toEqual({ code: 124, stderr: expect.stringContaining("(process.silent)") });
});

test("a command may be ended at the cap of its output", async () => {
  const argv = ["exec", "--json", "--overflow", "kill", "--", "sleep", "0"];
  expect(jsonOf(await run(argv)).at(-1)).toMatchObject({ phase: "succeeded" });
  expect(await run(["exec", "--overflow", "sometimes", "--", "sleep", "0"])).toMatchObject({ code: 2 });
});

promise("proc.output", "output is shown again from its beginning and from any byte of it", async () => {
  const argv = ["exec", "--json", "--", "sh", "-c", "printf 0123456789; printf abc >&2"];
  const { call } = jsonOf(await run(argv)).at(-1) ?? {};
  const [all, some, none] = await Promise.all([
    run(["follow", String(call)]),
    run(["follow", String(call), "--offset", "7"]),
    run(["follow", String(call), "--offset", "13"]),
  ]);
  expect([all.stdout.toString(), all.stderr]).toEqual(["0123456789", "abc"]);
  expect([some.stdout.toString(), some.stderr]).toEqual(["789", "abc"]);
  expect([none.stdout.toString(), none.stderr, none.code]).toEqual(["", "", 0]);
});

test("who has seen enough of a call does not wait for its end, and ends nothing", async () => {
  const call = await left("yes");
  const pipe = `'${process.execPath}' '${root}/bin/exai.js' follow ${call} | head -1`;
  const { stdout, stderr } = await promisify(execFile)("sh", ["-c", pipe], { env });
  expect({ stdout, stderr }).toEqual({ stdout: "y\n", stderr: "" });
  expect(jsonOf(await run(["ps", "--json"]))).toMatchObject([{ call, state: "running" }]);
  await run(["control", call, "cancel"]);
});

promise("proc.control", "a line, or bytes as they are, reach a command from another command line", async () => {
  const [node, echoes] = program("echoes-input");
  const call = await left(node, String(echoes));
  expect(await run(["control", call, "input", "a line"])).toMatchObject({ code: 0 });
  const bytes = Buffer.from([0, 255, 10, 195, 40]);
  expect(await run(["control", call, "input"], bytes)).toMatchObject({ code: 0 });
  expect(await run(["control", call, "input", "--end"], "more")).toMatchObject({ code: 0 });
  const { stdout, code } = await run(["follow", call]);
  const all = Buffer.concat([Buffer.from("a line\n"), bytes, Buffer.from("more")]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: all });
  expect(await run(["control", call, "input", "late"])).toMatchObject({ code: 1 });
});

promise(
  "proc.control",
  "a terminal is passed on: what is typed, its size and each new size, and the exit code",
  async () => {
    const words = [
      "stty size",
      "read line",
      'echo "got $line"',
      // stty sets rows and columns one after the other.
      `trap 'size=$(stty size); echo "$size"; [ "$size" != "30 90" ] || exit 3' WINCH`,
      "echo waiting",
      "while :; do sleep 0.02; done",
    ];
    const name = join(folder, "tty");
    const inner = `tty > '${name}'; stty rows 20 cols 70; exec '${process.execPath}' '${root}/bin/exai.js' exec --tty -- sh -c "$SCRIPT"`;
    const terminal = spawn("script", ["-qfec", inner, "/dev/null"], {
      env: { ...env, SCRIPT: words.join("; "), SHELL: "/bin/sh" },
      cwd: folder,
    });
    using _terminal = { [Symbol.dispose]: () => void terminal.kill("SIGKILL") };
    let seen = "";
    const ended = once(terminal, "exit");
    terminal.stdout.on("data", (bytes: Buffer) => {
      seen += bytes.toString();
    });
    const shows = (pattern: RegExp) => expect.poll(() => seen, { timeout: 60_000 }).toMatch(pattern);
    await shows(/20 70\r+\n/);
    terminal.stdin.write("hello\r");
    await shows(/got hello\r+\n.*waiting\r+\n/s);
    const path = (await readFile(name, "utf8")).trim();
    await promisify(execFile)("stty", ["-F", path, "rows", "30", "cols", "90"]);
    await shows(/30 90\r+\n/);
    expect(seen).not.toContain("\r\r");
    expect((await ended)[0]).toBe(3);
  },
);
