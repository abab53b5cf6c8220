import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type WebSocket from "ws";
import type { CallHandle } from "../../../src/client/call-handle.ts";
import type { Client } from "../../../src/client/client.ts";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { statusOf } from "../http-door.ts";
import { markedProcesses } from "../marked-processes.ts";
import { mebibyte, memoryOf } from "../memory-of.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";

let folder: string;
let daemon: DaemonProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-first-"));
  daemon = await startDaemon({
    env: { EXAI_EXEC_ALLOW: "sh,yes,head,pv", EXAI_ROOTS: folder, EXAI_DISCONNECT_GRACE_SECS: "1" },
  });
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The first system's command, and then something that would go on for long. */
const long = { argv: ["sh", "-c", "yes | head -n 1000000; sleep 600"] };

async function begun({ events }: CallHandle): Promise<void> {
  for await (const event of events) if ("type" in event && event.type === "process.started") return;
}

promise(
  "proc.disconnect",
  "an abrupt disconnect during a long command: after the grace time nothing of it lives, unless it was detached",
  async () => {
    let socket: WebSocket | undefined;
    await using leaving = clientOf(daemon, (opened) => {
      socket ??= opened;
    });
    const call = await startPatiently(leaving, "exec", { input: long, follow: true });
    const alone = await startPatiently(leaving, "exec", { input: long, detached: true, follow: true });
    await Promise.all([begun(call), begun(alone)]);
    // The shell of each, and what it waits for.
    await expect.poll(() => markedProcesses(daemon.home).length).toBeGreaterThanOrEqual(4);
    // No farewell, and nobody who comes back.
    socket?.terminate();
    await leaving.close();
    await using staying = clientOf(daemon);
    const view = await staying.follow(call.id, {}).result();
    expect(view).toMatchObject({ phase: "cancelled", fault: { code: "call.cancelled" } });
    expect((await staying.request("call.get", { call: alone.id }, never)).phase).toBe("running");
    await staying.follow(alone.id, {}).control("cancel");
    expect((await staying.follow(alone.id, {}).result()).phase).toBe("cancelled");
    expect(markedProcesses(daemon.home)).toEqual([]);
  },
);

test("a client that disconnects during `yes | head -n 1000000` itself leaves nothing either", async () => {
  let socket: WebSocket | undefined;
  await using leaving = clientOf(daemon, (opened) => {
    socket ??= opened;
  });
  const call = await leaving.start(
    "exec",
    { input: { argv: ["sh", "-c", "yes | head -n 1000000"] }, follow: true },
    never,
  );
  socket?.terminate();
  await leaving.close();
  await using staying = clientOf(daemon);
  const view = await staying.follow(call.id, {}).result();
  expect(["succeeded", "cancelled"]).toContain(view.phase);
  expect(markedProcesses(daemon.home)).toEqual([]);
});

promise(
  "proc.control",
  "ten rapid PAUSE and RESUME, then a cancel: all are answered, the events tell pairs, nothing lives",
  async () => {
    await using client = clientOf(daemon);
    const call = await client.start("exec", { input: long, follow: true }, never);
    await begun(call);
    const asked = Array.from({ length: 10 }, () => [call.control("pause"), call.control("resume")]).flat();
    const phases = new Set((await Promise.all(asked)).map(({ phase }) => phase));
    expect([...phases].every((phase) => phase === "paused" || phase === "running")).toBe(true);
    await call.control("cancel");
    expect((await call.result()).phase).toBe("cancelled");
    const types: string[] = [];
    for await (const event of client.follow(call.id, {}).events) if ("type" in event) types.push(event.type);
    const turns = types.filter((type) => type === "call.paused" || type === "call.resumed");
    expect(turns.length).toBeGreaterThan(1);
    expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? "call.paused" : "call.resumed")));
    expect(markedProcesses(daemon.home)).toEqual([]);
    // What has ended answers clearly.
    for (const action of ["pause", "resume", "cancel"] as const)
      expect((await call.control(action)).phase).toBe("cancelled");
  },
);

/** Ten times the rate that the first system was made for, by `pv` where there is one. */
async function throttledYes(): Promise<string> {
  const hasPv = await promisify(execFile)("pv", ["--version"]).then(
    () => true,
    () => false,
  );
  return hasPv ? "yes | pv -qL 500000" : "yes | while head -c 50000; do sleep 0.1; done";
}

/** Another call, which takes a while. */
async function answered(client: Client, text: string): Promise<void> {
  const call = await startPatiently(client, "echo", { input: { text, delayMs: 300 } });
  expect((await call.result()).phase).toBe("succeeded");
}

promise(
  "proc.flood",
  "high output and a reader that has stopped: the daemon grows by less than 30 MB and answers other calls",
  async () => {
    let socket: WebSocket | undefined;
    await using stopped = clientOf(daemon, (opened) => {
      socket = opened;
    });
    await using other = clientOf(daemon);
    const scripts = ["yes", await throttledYes()];
    const flood = async (client: typeof other) =>
      await Promise.all(
        scripts.map((script) =>
          startPatiently(client, "exec", { input: { argv: ["sh", "-c", script] }, follow: true }),
        ),
      );
    // What every command brings with it the first time is not the flood's.
    const warm = await flood(other);
    for (let round = 0; round < 6; round++) await answered(other, `warm ${round}`);
    await Promise.all(warm.map((call) => call.control("cancel")));
    await Promise.all(warm.map((call) => call.result()));
    const before = memoryOf(daemon.pid);
    const calls = await flood(stopped);
    socket?.pause();
    for (let round = 0; round < 20; round++) {
      await answered(other, `flooded ${round}`);
      expect(memoryOf(daemon.pid) - before).toBeLessThan(30 * mebibyte);
    }
    expect((await statusOf(daemon)).permits["command"]).toMatchObject({ held: scripts.length });
    socket?.terminate();
    await stopped.close();
    for (const { id } of calls) expect((await other.follow(id, {}).result()).phase).toBe("cancelled");
    expect(markedProcesses(daemon.home)).toEqual([]);
  },
);
