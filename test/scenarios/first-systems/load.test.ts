import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { principalView } from "../../../src/protocol/access-methods.ts";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { RawClient } from "../../support/raw-client.ts";
import { statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { clientOf, never, socketUrl } from "../socket-client.ts";

/** A user who is no owner may have so many. */
const userConnections = 16;
const connections = 1000;
const idle = 10_000;
/** Files of the daemon's that are no connections, and those of the other end. */
const otherFiles = 1000;

let daemon: DaemonProcess;
let userToken: string;

beforeAll(async () => {
  daemon = await startDaemon({ env: { EXAI_MAX_SESSIONS: "20000" } });
  await using owner = clientOf(daemon);
  const { id } = principalView.parse(await owner.request("principal.create", { name: "guest" }, never));
  userToken = (await owner.request("token.create", { name: "guest", principal: id }, never)).token;
});

afterAll(() => daemon[Symbol.asyncDispose]());

/** Opens so many sessions, some at a time, as a crowd would that is let in at a door. */
async function crowd(count: number, token: string): Promise<RawClient[]> {
  const opened: RawClient[] = [];
  const lane = async () => {
    while (opened.length < count) {
      const place = opened.length;
      const opening = RawClient.open(socketUrl(daemon), { token });
      // The place is taken before the answer is there.
      opened.push(undefined as unknown as RawClient);
      opened[place] = (await opening).client;
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  return opened;
}

async function echo(client: RawClient, text: string, delayMs: number): Promise<unknown> {
  const started = await client.request("call.start", { tool: "echo", input: { text, delayMs } });
  if (started.error !== undefined) throw new Error(started.error.message);
  const ended = await client.request("call.wait", { call: started.result?.["call"], timeoutMs: 60_000 });
  return (ended.result?.["result"] as { content?: unknown } | undefined)?.content;
}

/** Calls one after another until told to stop. */
async function busy(client: RawClient, name: string, done: { count: number; stop: AbortSignal }): Promise<void> {
  for (let turn = 0; !done.stop.aborted; turn++) {
    await echo(client, `${name} ${turn}`, 400);
    done.count += 1;
  }
}

promise(
  "share.fair",
  "1,000 connections each do calls, and of two principals that both want everything each gets half",
  async () => {
    const owners = await crowd(connections - userConnections, daemon.token);
    const users = await crowd(userConnections, userToken);
    using held = new DisposableStack();
    for (const client of [...owners, ...users]) held.use(client);
    expect((await statusOf(daemon)).sessions.connected).toBe(connections);
    const quick = await Promise.all(owners.map((client, index) => echo(client, `owner ${index}`, 0)));
    expect(quick).toEqual(owners.map((_, index) => `owner ${index}`));

    const stopping = new AbortController();
    const owner = { count: 0, stop: stopping.signal };
    const user = { count: 0, stop: stopping.signal };
    const lines = owners.map((client, index) => busy(client, `owner ${index}`, owner));
    // Each connection of the user wants two at a time, so that it always wants more than its half.
    for (const [index, client] of users.entries())
      for (const hand of ["left", "right"]) lines.push(busy(client, `user ${index} ${hand}`, user));
    const over = Promise.allSettled(lines);
    await expect.poll(() => user.count).toBeGreaterThan(40);
    const begin = { owner: owner.count, user: user.count };
    await expect.poll(() => owner.count + user.count - begin.owner - begin.user).toBeGreaterThan(300);
    // A line that has just been answered is between two calls.
    const waiting = async () => (await statusOf(daemon)).permits["work"]?.waiting;
    await expect.poll(waiting).toBeGreaterThan(900);
    const share = (user.count - begin.user) / (owner.count + user.count - begin.owner - begin.user);
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    stopping.abort();
    held.dispose();
    await over;
  },
);

test("10,000 idle connections cost little each, and the daemon answers as before", async () => {
  const files = Number(execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" })) || Number.POSITIVE_INFINITY;
  const count = Math.min(idle, files - otherFiles);
  const before = memoryOf(daemon.pid);
  const clients = await crowd(count, daemon.token);
  using held = new DisposableStack();
  for (const client of clients) held.use(client);
  const status = await statusOf(daemon);
  expect(status.sessions.connected).toBe(count);
  const perSession = (memoryOf(daemon.pid) - before) / count;
  process.stdout.write(
    `${count} idle connections (the machine allows ${files} files): ${(perSession / 1024).toFixed(1)} KiB each\n`,
  );
  expect(count).toBeGreaterThan(0);
  // Far more than they take; a session that kept a buffer of its own would be beyond it.
  expect(perSession).toBeLessThan(64 * 1024);
  expect(await echo(clients[0] ?? expect.unreachable(), "still here", 0)).toBe("still here");
  held.dispose();
  await expect.poll(async () => (await statusOf(daemon)).sessions.connected).toBe(0);
});
