import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAlive, program } from "./programs/programs.ts";
import { promise } from "./promise.ts";
import { CommandLine, exai, jsonOf } from "./support/command-line.ts";
import { type DaemonProcess, startDaemon } from "./support/daemon.ts";

const root = join(import.meta.dirname, "..");
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

let daemon: DaemonProcess;
let env: Record<string, string>;

beforeAll(async () => {
  daemon = await startDaemon({ env: { EXAI_EXEC_ALLOW: "*", EXAI_EXEC_ENV: "A", EXAI_ROOTS: `${root},${tmpdir()}` } });
  env = daemon.clientEnv;
});

afterAll(() => daemon[Symbol.asyncDispose]());

const run = (argv: readonly string[], more: { input?: string | Uint8Array; env?: Record<string, string> } = {}) =>
  exai(argv, { cwd: root, ...more, env: { ...env, ...more.env } });
const node = (script: string) => ["exec", "--", process.execPath, "-e", script];

async function api(path: string, token: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", prefer: "respond-async" };
  const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${daemon.url}/api/v1/${path}`, {
    ...request,
    headers: { ...headers, connection: "close" },
  });
  return (await response.json()) as Record<string, unknown>;
}

test("a call's answer goes to stdout, and nothing else goes anywhere", async () => {
  const { code, stdout, stderr } = await run(["call", "echo", "--input", '{"text":"hello"}']);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
});

test("an input comes from the command line, from a file, or from stdin", async () => {
  await using folder = await temporary();
  await writeFile(join(folder.path, "input.json"), '{"text":"from a file"}');
  const [file, stdin] = await Promise.all([
    run(["call", "echo", "--input", `@${join(folder.path, "input.json")}`]),
    run(["call", "echo", "--input", "-"], { input: '{"text":"from stdin"}' }),
  ]);
  expect([file, stdin].map(({ stdout }) => stdout.toString())).toEqual(["from a file\n", "from stdin\n"]);
});

test("with --json every event is a line, in order, and the last line is the call", async () => {
  const ran = await run(["call", "echo", "--json", "--input", '{"text":"hello"}']);
  const lines = jsonOf(ran);
  const call = lines.at(-1);
  expect(call).toMatchObject({ tool: "echo", phase: "succeeded", result: { content: "hello" } });
  expect(lines.slice(0, -1).map(({ seq }) => seq)).toEqual(numbered(lines.length - 1));
  expect(lines.slice(0, -1).map(({ type }) => type)).toContain("call.succeeded");
});

test("a fault is one sentence with its code, and its exit code says of which kind it is", async () => {
  const echo = ["call", "echo", "--input", '{"text":"x"}'];
  const cases = [
    { ran: run(["call", "nope"]), code: 2, says: "(tool.unknown)" },
    { ran: run(["call", "echo", "--input", '{"txet":"x"}']), code: 2, says: "(input.invalid)" },
    { ran: run(["call", "echo", "--input", "nonsense"]), code: 2, says: "no JSON object" },
    { ran: run(["call", "echo", "--frseh"]), code: 2, says: "unknown option" },
    { ran: run(["frobnicate"]), code: 2, says: "unknown command" },
    { ran: run(["follow", "nobody"]), code: 2, says: "(call.unknown)" },
    { ran: run(echo, { env: { EXAI_TOKEN: "exai_000000000000_wrong-secret" } }), code: 3, says: "(auth.invalid)" },
    { ran: run(echo, { env: { EXAI_HOME: tmpdir() } }), code: 4, says: "(client.disconnected)" },
    { ran: run(["exec", "--timeout", "50ms", "--", "sleep", "60"]), code: 124, says: "(call.deadline)" },
  ];
  for (const { ran, code, says } of cases) {
    const { code: told, stdout, stderr } = await ran;
    expect({ told, stdout: stdout.toString() }, stderr).toEqual({ told: code, stdout: "" });
    expect(stderr.trim().split("\n").at(0)).toContain(says);
  }
});

test("a refused call is a line of JSON too", async () => {
  const ran = await run(["call", "nope", "--json"]);
  expect(jsonOf(ran)).toMatchObject([{ fault: { code: "tool.unknown", retry: { safe: false } } }]);
});

test("a file that is too large to travel with a call is refused before anything is sent", async () => {
  await using folder = await temporary();
  const path = join(folder.path, "large");
  await writeFile(path, Buffer.alloc(2 ** 20 + 1));
  const { code, stderr } = await run(["call", "echo", "--file", path, "--input", '{"text":"x"}']);
  expect(code).toBe(2);
  expect(stderr).toContain("(input.too-large)");
});

test("exec passes stdin, stdout and stderr through byte by byte, and the exit code", async () => {
  const bytes = randomBytes(700_000);
  const script = `process.stdin.on("end", () => { process.stderr.write("done"); process.exitCode = 7; }).pipe(process.stdout)`;
  const { code, stdout, stderr } = await run(node(script), { input: bytes });
  expect({ code, stderr }).toEqual({ code: 7, stderr: "done" });
  expect(sha256(stdout)).toBe(sha256(bytes));
});

test("a program that a signal ended gives 128 + n", async () => {
  expect(await run(["exec", "--", "sh", "-c", "kill -TERM $$"])).toMatchObject({ code: 128 + 15 });
});

test("a program gets the arguments, the directory and the variables that were named, without a shell", async () => {
  await using folder = await temporary();
  const script = `console.log(JSON.stringify([process.argv.slice(1), process.cwd(), process.env.A]))`;
  const options = ["--cwd", folder.path, "--env", "A=b c"];
  const { stdout } = await run(["exec", ...options, "--", process.execPath, "-e", script, "--", "$HOME", "x  y"]);
  expect(JSON.parse(stdout.toString())).toEqual([["$HOME", "x  y"], folder.path, "b c"]);
});

test("Ctrl-C cancels the call, and its program is gone when that is told", async () => {
  const script = `console.log(process.pid); setInterval(() => {}, 1000)`;
  await using command = new CommandLine(["exec", "--json", "--", process.execPath, "-e", script], { env, cwd: root });
  const line = JSON.parse(await command.line(/"type":"output"/));
  const pid = Number(Buffer.from(line.base64, "base64").toString());
  expect(isAlive(pid)).toBe(true);
  command.kill("SIGINT");
  const ran = await command.ended();
  expect(ran.code).toBe(130);
  expect(jsonOf(ran).at(-1)).toMatchObject({ phase: "cancelled", fault: { code: "call.cancelled" } });
  expect(isAlive(pid)).toBe(false);
});

test("a second signal leaves the call to itself and says how to come back", async () => {
  await using command = new CommandLine(["exec", "--json", "--", ...program("ignores-sigterm")], { env, cwd: root });
  const { call } = JSON.parse(await command.line(/"type":"output"/));
  // A daemon that does not answer: nothing can end the call in between.
  await daemon.kill("SIGSTOP");
  command.kill("SIGINT");
  command.kill("SIGTERM");
  const { code, stderr } = await command.ended();
  await daemon.kill("SIGCONT");
  expect(code).toBe(130);
  expect(stderr).toContain(`follow ${call}`);
  await run(["control", call, "cancel"]);
});

test("a reader of stdout that goes away ends the call", async () => {
  const pipe = `'${process.execPath}' bin/exai.js exec -- yes | head -c 4`;
  const { stdout } = await promisify(execFile)("sh", ["-c", pipe], { env, cwd: root });
  expect(stdout).toBe("y\ny\n");
  const { calls } = await api("calls?tool=exec&phase=running", daemon.token);
  expect(calls).toEqual([]);
});

promise(
  "lost.any-connection",
  "a call that was started over HTTP is followed to its end by the command line, with any token of its principal",
  async () => {
    const script = `process.stdin.once("data", (text) => { console.log("got " + text); process.exit(3); })`;
    const input = { argv: [process.execPath, "-e", script], cwd: root };
    const { call } = await api("execute", daemon.token, { tool: "exec", arguments: input, detached: true });
    const { stdout: secret } = await run(["tokens", "create", "another", "--scope", "tools", "--scope", "exec"]);
    const token = { EXAI_TOKEN: secret.toString().trim() };
    await using command = new CommandLine(["follow", String(call), "--json"], { env: { ...env, ...token } });
    await command.line(/"process.started"/);
    await api(`calls/${call}/input`, daemon.token, { data: "this", end: true });
    const ran = await command.ended();
    const lines = jsonOf(ran);
    const events = lines.filter(({ seq, at }) => seq !== undefined && at !== undefined);
    expect(ran.code).toBe(3);
    expect(events.map(({ seq }) => seq)).toEqual(numbered(events.length));
    expect(outputOf(lines)).toBe("got this\n");
    expect(lines.at(-1)).toMatchObject({ call, phase: "succeeded" });
  },
);

promise("lost.any-connection", "a call of another principal is unknown, over the command line as well", async () => {
  const { call } = await api("execute", daemon.token, { tool: "echo", arguments: { text: "mine" } });
  const [created] = jsonOf(await run(["principals", "create", "somebody", "--json"]));
  const { stdout: secret } = await run(["tokens", "create", "theirs", "--principal", String(created?.["id"])]);
  const theirs = { EXAI_TOKEN: secret.toString().trim() };
  const { code, stdout, stderr } = await run(["follow", String(call)], { env: theirs });
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("(call.unknown)");
});

test("a call that is left alone is paused, resumed and cancelled from other command lines", async () => {
  const { stdout } = await run(["exec", "--detach", "--", "sleep", "600"]);
  const call = stdout.toString().trim();
  await using follower = new CommandLine(["follow", call, "--json"], { env });
  await follower.line(/"process.started"/);
  const steps = [];
  for (const action of ["pause", "resume", "cancel"])
    steps.push(jsonOf(await run(["control", call, action, "--json"]))[0]);
  expect(steps).toMatchObject([{ phase: "paused" }, { phase: "running" }, { call }]);
  expect(await follower.ended()).toMatchObject({ code: 130 });
});

test("a call that has ended can be neither paused nor resumed; to cancel it again does no harm", async () => {
  const [{ call } = {}] = jsonOf(await run(["call", "echo", "--json", "--input", '{"text":"x"}'])).slice(-1);
  const codes = ["pause", "resume", "cancel"].map(
    async (action) => (await run(["control", String(call), action])).code,
  );
  expect(await Promise.all(codes)).toEqual([1, 1, 0]);
});

test("the list of calls shows the exit of a program that was not 0", async () => {
  await run(node("process.exit(7)"));
  const { stdout } = await run(["calls", "--tool", "exec"]);
  expect(stdout.toString()).toContain("succeeded (exit 7)");
});

test("a token of one's own is told to be that; one for somebody else may name them", async () => {
  await run(["principals", "create", "colleague"]);
  const [own, theirs, nobody] = await Promise.all([
    run(["tokens", "create", "own"]),
    run(["tokens", "create", "laptop", "--principal", "colleague"]),
    run(["tokens", "create", "laptop", "--principal", "coleague"]),
  ]);
  expect(own.stderr).toContain("it is yours");
  expect(theirs).toMatchObject({ code: 0, stderr: expect.not.stringContaining("it is yours") });
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("colleague") });
  const calls = await run(["calls"], { env: { EXAI_TOKEN: theirs.stdout.toString().trim() } });
  expect(calls.stdout.toString()).toBe("no calls\n");
});

test("chat reads its text from stdin for - and where there is none", async () => {
  for (const argv of [["chat", "-"], ["chat"]]) {
    const empty = await run(argv, { input: " " });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no text") });
    const asked = await run(argv, { input: "hello" });
    expect(asked.stderr).toContain("(model.none)");
  }
});

test("without a tool, call lists the tools with the fields of their input", async () => {
  const { stdout } = await run(["call"]);
  expect(stdout.toString()).toMatch(/^exec: .*\n {2}FIELD .*\n {2}argv +array of string +required/m);
});

test("a reader that is gone is no failure worth a word", async () => {
  for (const argv of ["--help", "calls --json", "exec -- yes"]) {
    const pipe = `'${process.execPath}' bin/exai.js ${argv} | true`;
    const { stderr } = await promisify(execFile)("sh", ["-c", pipe], { env, cwd: root });
    expect(stderr, argv).toBe("");
  }
});

test("a token is good until it is revoked", async () => {
  const created = await run(["tokens", "create", "short", "--expires", "90d", "--json"]);
  const [{ token, view } = {}] = jsonOf(created) as { token: string; view: { id: string } }[];
  const asThem = { env: { EXAI_TOKEN: String(token) } };
  expect(await run(["call", "echo", "--input", '{"text":"x"}'], asThem)).toMatchObject({ code: 0 });
  expect(await run(["tokens", "revoke", String(view?.id)])).toMatchObject({ code: 0 });
  expect(await run(["call", "echo", "--input", '{"text":"x"}'], asThem)).toMatchObject({ code: 3 });
});

test("a suspended user is let in again once they are resumed, by name", async () => {
  await run(["principals", "create", "guest"]);
  const made = await run(["tokens", "create", "laptop", "--principal", "guest"]);
  const asThem = { env: { EXAI_TOKEN: made.stdout.toString().trim() } };
  const echo = async () => (await run(["call", "echo", "--input", '{"text":"x"}'], asThem)).code;
  expect(await echo()).toBe(0);
  const [suspended] = jsonOf(await run(["principals", "suspend", "guest", "--json"]));
  expect(suspended).toMatchObject({ name: "guest", suspendedAt: expect.any(Number) });
  expect(await echo()).toBe(3);
  const [resumed] = jsonOf(await run(["principals", "resume", "guest", "--json"]));
  expect(resumed).toMatchObject({ name: "guest", suspendedAt: null });
  expect(await echo()).toBe(0);
  const nobody = await run(["principals", "resume", "gest"]);
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("guest") });
});

test("the owner's token is printed from its file", async () => {
  expect((await run(["token"])).stdout.toString()).toBe(`${daemon.token}\n`);
});

test("what the daemon is, knows and has kept is shown", async () => {
  await using folder = await temporary();
  const file = join(folder.path, "copy.db");
  const [status, models, spend, logs, backup, tools] = await Promise.all([
    run(["status", "--json"]),
    run(["models", "--json"]),
    run(["spend"]),
    run(["logs", "-n", "1", "--json"]),
    run(["backup", file, "--json"]),
    run(["call", "--json"]),
  ]);
  expect(jsonOf(status)).toMatchObject([{ pid: daemon.pid }]);
  expect(jsonOf(models)[0]).toHaveProperty("provider");
  expect(spend.stdout.toString()).toBe("nothing was spent in the last 30 days\n");
  expect(jsonOf(logs)).toMatchObject([{ level: expect.any(String) }]);
  expect(jsonOf(backup)).toEqual([{ file, bytes: (await stat(file)).size }]);
  expect(jsonOf(tools).map(({ name }) => name)).toContain("chat");
});

promise(
  "leak.secret",
  "the file that tells where the daemon is and the token beside it are for their owner alone",
  async () => {
    const modes = ["daemon.json", "owner.token"].map(
      async (name) => (await stat(join(daemon.home, name))).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o600, 0o600]);
    expect(await readFile(join(daemon.home, "daemon.json"), "utf8")).not.toContain(daemon.token);
  },
);

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function outputOf(lines: readonly Record<string, unknown>[]): string {
  const pieces = lines.filter(({ type }) => type === "output");
  return Buffer.concat(pieces.map(({ base64 }) => Buffer.from(String(base64), "base64"))).toString();
}

async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "exai-cli-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
