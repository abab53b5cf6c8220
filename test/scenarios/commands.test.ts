import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallHandle } from "../../src/client/call-handle.ts";
import { principalView, tokenCreated } from "../../src/protocol/access-methods.ts";
import { commandsListed, processesListed } from "../../src/protocol/command-views.ts";
import type { Phase } from "../../src/protocol/phase.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { program } from "../programs/programs.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { ask, type Door, statusOf } from "./http-door.ts";
import { markedProcesses } from "./marked-processes.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

const [node, agent] = program("agent");
const limit = 2;
let folder: string;
let daemon: DaemonProcess;
let user: Door;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "exai-commands-")));
  const commands = [
    {
      id: "helper",
      program: node,
      first: [agent],
      arguments: { operands: [{ kind: "text" }], separator: "never" },
      roles: { review: { prompt: "You review. ", separator: "never" } },
      pass: ["AGENT_KEY"],
      loginFailure: ["Invalid API key · Please run /login"],
      least: "B",
    },
    { id: "deploy", program: "/no/such/program", arguments: {} },
    { id: "careless", program: "bash", arguments: { rest: true } },
  ];
  daemon = await startDaemon({
    env: {
      EXAI_EXEC_ALLOW: "helper",
      EXAI_COMMANDS: JSON.stringify(commands),
      EXAI_EXEC_CONFINEMENT: "C",
      EXAI_EXEC_MAX_INFLIGHT: String(limit),
      EXAI_ROOTS: folder,
      AGENT_KEY: "the agent's own",
      OTHER_KEY: "nobody's",
    },
  });
  user = await userDoor();
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function userDoor(): Promise<Door> {
  const post = async (path: string, body: object): Promise<unknown> =>
    await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json();
  const { id: principal } = principalView.parse(await post("/api/v1/principals", { name: "ada" }));
  const wanted = { name: "laptop", principal, scopes: ["exec", "tools"], roots: [folder] };
  const { token } = tokenCreated.parse(await post("/api/v1/tokens", wanted));
  return { url: daemon.url, token };
}

async function commandsOf(door: Door) {
  const { commands, confinement } = commandsListed.parse(await (await ask(door, "/api/v1/commands")).json());
  return { confinement, byId: new Map(commands.map((view) => [view.id, view])) };
}

async function processesOf(door: Door) {
  return processesListed.parse(await (await ask(door, "/api/v1/processes")).json()).processes;
}

/** Runs a command to its end. */
async function ran(argv: readonly string[], more: object = {}): Promise<CallView> {
  await using client = clientOf(daemon);
  const call = await startPatiently(client, "exec", { input: { argv, cwd: folder, ...more } });
  return await call.result();
}

/** Resolves once the call's program runs. */
async function begun({ events }: CallHandle): Promise<void> {
  for await (const event of events) if ("type" in event && event.type === "process.started") return;
}

promise("auth.commands", "each command is told as ready, missing or refused, and why, for who asks", async () => {
  const { confinement, byId } = await commandsOf(daemon);
  expect(confinement).toBe("C");
  expect(byId.get("cat")).toMatchObject({ state: "ready", usage: [expect.stringContaining("[PATH…]")] });
  expect(byId.get("deploy")).toMatchObject({ state: "missing", reason: expect.stringContaining("ENOENT") });
  expect(byId.get("careless")).toMatchObject({ state: "refused", reason: expect.stringContaining("bash runs what") });
  expect(byId.get("sh")).toMatchObject({ state: "refused", least: "B" });
  const theirs = await commandsOf(user);
  const reason = expect.stringContaining("EXAI_EXEC_MIN_CONFINEMENT");
  expect(theirs.byId.get("cat")).toMatchObject({ state: "refused", reason });
});

promise("auth.commands", "a daemon that was told of no program runs the usual commands, and nothing else", async () => {
  await writeFile(join(folder, "a"), "inside\n");
  const run = (...argv: string[]) => ran(argv);
  expect(await run("cat", "a")).toMatchObject({ phase: "succeeded", result: { data: { code: 0, length: 7 } } });
  expect(await run("git", "--version")).toMatchObject({ result: { data: { code: 0 } } });
  for (const [argv, code] of [
    [["cat", "/etc/passwd"], "workspace.outside"],
    [["git", "-c", "alias.x=!id", "x"], "process.refused"],
    [["find", ".", "-exec", "id", ";"], "process.refused"],
    [["sh", "-c", "id"], "process.refused"],
    [["/bin/cat", "a"], "process.refused"],
    [["perl", "-e", "1"], "process.refused"],
    [["deploy"], "process.not-started"],
  ] as const)
    expect(await run(...argv), argv.join(" ")).toMatchObject({ phase: "failed", fault: { code } });
});

promise(
  "proc.output",
  "an agent's events are streamed as it writes them, its prompt and its own key its only share",
  async () => {
    await using client = clientOf(daemon);
    const input = { argv: ["helper", "review"], cwd: folder };
    const call = await startPatiently(client, "exec", { input, follow: true });
    await begun(call);
    let said = "";
    for await (const piece of call.output()) {
      if (piece.kind !== "data") continue;
      const isFirst = said === "";
      said += Buffer.from(piece.bytes).toString();
      // It has begun to write, and reads on.
      if (!isFirst) continue;
      await call.input("Look at über.ts");
      await call.end();
    }
    const [init, ...events] = said
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toEqual({ type: "result", prompt: "You review. Look at über.ts" });
    expect(init.variables).toContain("AGENT_KEY");
    expect(init.variables).not.toContain("OTHER_KEY");
    expect(await call.result()).toMatchObject({ phase: "succeeded", result: { data: { code: 0 } } });
  },
);

test("an agent that is not logged in, or says nothing more, fails with a fault of its own, and leaves nothing", async () => {
  expect(await ran(["helper", "login-failure"])).toMatchObject({
    phase: "failed",
    fault: { code: "process.login-failed", retry: { safe: false } },
  });
  expect(await ran(["helper", "silence"], { idleMs: 300 })).toMatchObject({
    phase: "failed",
    fault: { code: "process.silent" },
  });
  expect(markedProcesses(daemon.home)).toEqual([]);
});

promise(
  "proc.one-admission",
  "requests that race to start commands of one session: exactly as many start as the limit allows",
  async () => {
    await using client = clientOf(daemon);
    const starts = Array.from({ length: 6 }, () =>
      startPatiently(client, "exec", { input: { argv: ["sleep", "600"], cwd: folder } }),
    );
    const calls = await Promise.all(starts);
    const those = async (...phases: Phase[]) => {
      const views = await Promise.all(calls.map(({ id: call }) => client.request("call.get", { call }, never)));
      return views.filter(({ phase }) => phases.includes(phase)).length;
    };
    await expect.poll(() => those("running", "queued")).toBe(calls.length);
    expect(await those("running")).toBe(limit);
    expect((await statusOf(daemon)).permits["command"]).toMatchObject({ held: limit, waiting: calls.length - limit });
    await expect.poll(async () => (await processesOf(daemon)).length).toBe(limit);
    expect(markedProcesses(daemon.home).length).toBe(limit);
    for (const left of [4, 3, 2, 1, 0]) {
      const running = await processesOf(daemon);
      expect(running.length).toBeLessThanOrEqual(limit);
      const [first] = running;
      if (first !== undefined) await client.follow(first.call, {}).control("cancel");
      if (first !== undefined) await client.follow(first.call, {}).result();
      const wanted = Math.min(limit, left + 1);
      await expect.poll(async () => (await processesOf(daemon)).length).toBe(wanted);
    }
    for (const call of calls) await call.control("cancel");
    await Promise.all(calls.map((call) => call.result()));
    expect(markedProcesses(daemon.home)).toEqual([]);
  },
);

promise(
  "proc.control",
  "input that comes before its command runs is not lost: over the socket, over HTTP and as a tool it waits",
  async () => {
    await using client = clientOf(daemon);
    const start = (...argv: string[]) => startPatiently(client, "exec", { input: { argv, cwd: folder } });
    const holders = await Promise.all(Array.from({ length: limit }, () => start("sleep", "600")));
    await expect.poll(async () => (await processesOf(daemon)).length).toBe(limit);
    const [one, two, three] = await Promise.all([start("cat"), start("cat"), start("cat")]);
    const post = async (path: string, body: object) =>
      (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).status;
    const calls = (more: object) => ({ tool: "calls", arguments: { action: "input", call: three.id, ...more } });
    const given = [
      one.input("über the socket"),
      one.end(),
      post(`/api/v1/calls/${two.id}/input`, { data: "over HTTP", end: true }),
      post("/api/v1/execute", calls({ data: "as a tool" })),
    ];
    expect((await client.request("call.get", { call: three.id }, never)).phase).toBe("queued");
    for (const holder of holders) await holder.control("cancel");
    await expect(Promise.all(given)).resolves.toEqual([undefined, undefined, 200, 200]);
    expect(await post("/api/v1/execute", calls({}))).toBe(200);
    const said = await Promise.all([one, two, three].map(async (call) => (await call.result()).result?.content));
    for (const [nth, text] of ["über the socket", "over HTTP", "as a tool"].entries())
      expect(said[nth]).toContain(text);
  },
);

test("what runs is told with its state and use: one's own whole, others' without what they gave it", async () => {
  await using client = clientOf(daemon);
  const call = await startPatiently(client, "exec", { input: { argv: ["sleep", "600"], cwd: folder }, follow: true });
  await begun(call);
  const [mine] = (await client.request("process.list", {}, never)).processes;
  expect(mine).toMatchObject({ call: call.id, command: "sleep", cwd: folder, state: "running", confinement: "C" });
  expect(mine?.argv?.slice(1)).toEqual(["600"]);
  expect(mine?.use?.processes).toBeGreaterThanOrEqual(1);
  await call.control("pause");
  expect(await processesOf(daemon)).toMatchObject([{ state: "paused" }]);
  expect(await processesOf(user)).toEqual([]);
  await call.control("cancel");
  await call.result();
  expect(await processesOf(daemon)).toEqual([]);
});

promise("proc.control", "a size reaches only a terminal; who has none, or has ended, is told", async () => {
  await using client = clientOf(daemon);
  const call = await startPatiently(client, "exec", { input: { argv: ["sleep", "600"], cwd: folder }, follow: true });
  await begun(call);
  await expect(call.resize({ rows: 10, cols: 20 })).rejects.toMatchObject({ code: "process.no-terminal" });
  await call.control("cancel");
  await call.result();
  await expect(call.resize({ rows: 10, cols: 20 })).rejects.toMatchObject({ code: "call.ended" });
  const body = JSON.stringify({ rows: 0, cols: 20 });
  const refused = await ask(daemon, `/api/v1/calls/${call.id}/resize`, { method: "POST", body });
  expect(await refused.json()).toMatchObject({ fault: { code: "input.invalid" } });
});
