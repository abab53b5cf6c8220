import { once } from "node:events";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { began, type Held, McpHttpRig } from "../../../../test/support/mcp-http-rig.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";

const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
const call = { jsonrpc: "2.0", id: "c", method: "tools/call", params: { name: "any" } };

promise("leak.cross-tenant", "another's session is as unknown as none, whatever is asked of it", async () => {
  await using rig = await McpHttpRig.open();
  const { headers } = await rig.session("ada");
  const nowhere = { ...headers, "mcp-session-id": "session-99" };
  for (const asked of [{ body: list }, { method: "GET" }, { method: "DELETE" }]) {
    const theirs = await rig.ask({ who: "bob", headers, ...asked });
    const none = await rig.ask({ who: "bob", headers: nowhere, ...asked });
    expect([theirs.status, theirs.text]).toEqual([404, none.text]);
    expect(none.status).toBe(404);
  }
  expect((await rig.ask({ headers, body: list })).json.result).toEqual({ tools: [] });
});

promise(
  "leak.cross-tenant",
  "an id that a client brings along opens nothing: every session gets one of ours",
  async () => {
    await using rig = await McpHttpRig.open();
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "rig", version: "1" } };
    const body = { jsonrpc: "2.0", id: 0, method: "initialize", params };
    const opened = await rig.ask({ headers: { "mcp-session-id": "chosen" }, body });
    expect(opened.headers["mcp-session-id"]).toBe("session-1");
    expect((await rig.ask({ headers: { "mcp-session-id": "chosen" }, body: list })).status).toBe(404);
  },
);

promise(
  "leak.cross-tenant",
  "a session that was put aside, or is of an earlier start, is nobody else's either",
  async () => {
    await using rig = await McpHttpRig.open();
    const { headers } = await rig.session("ada");
    await rig.restart();
    const [theirs, own] = await Promise.all([
      rig.ask({ who: "bob", headers, body: list }),
      rig.ask({ who: "ada", headers, body: list }),
    ]);
    expect([theirs.status, own.status]).toEqual([404, 200]);
  },
);

promise(
  "leak.memory",
  "of idle sessions the servers of 256 are kept, and all others answer from their rows",
  async () => {
    await using rig = await McpHttpRig.open();
    const first = await rig.session();
    for (let more = 0; more < 300; more += 1) await rig.session();
    expect(rig.servers.live).toBeLessThanOrEqual(257);
    const opened = rig.servers.opened;
    const answers = await Promise.all([rig.ask({ ...first, body: list }), rig.ask({ ...first, body: list })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(rig.servers.opened, "both by one server").toBe(opened + 1);
  },
);

promise(
  "leak.memory",
  "a session that asked to be told of what is nothing to it is put aside like others",
  async () => {
    await using rig = await McpHttpRig.open();
    const params = { uri: "exai://calls/none/result" };
    for (let more = 0; more < 300; more += 1) {
      const session = await rig.session();
      const subscribed = rig.ask({ ...session, body: { ...call, method: "resources/subscribe", params } });
      (await rig.servers.next()).answer({});
      await subscribed;
    }
    expect(rig.servers.live).toBeLessThanOrEqual(257);
  },
);

promise(
  "share.sessions",
  "a running call has 32 sessions: one more takes the place of the longest unused",
  async () => {
    await using rig = await McpHttpRig.open();
    rig.call = "call-1" as CallId;
    const sessions: Awaited<ReturnType<typeof rig.session>>[] = [];
    for (let more = 0; more < 40; more += 1) sessions.push(await rig.session());
    expect(rig.servers.live).toBe(32);
    const [first] = sessions;
    expect((await rig.ask({ ...first, body: list })).status).toBe(404);
    const answers = sessions.slice(-32).map((session) => rig.ask({ ...session, body: call }));
    const held: Held[] = [];
    while (held.length < 32) held.push(await rig.servers.next());
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "rig", version: "1" } };
    const refused = await rig.ask({ body: { jsonrpc: "2.0", id: "i", method: "initialize", params } });
    expect(refused.status, "all are in use").toBe(429);
    for (const { answer } of held) answer({ content: [] });
    await Promise.all(answers);
  },
);

test("a session with a request under way is never put aside", async () => {
  await using rig = await McpHttpRig.open();
  const busy = await rig.session();
  const answer = rig.ask({ ...busy, body: call });
  const held = await rig.servers.next();
  for (let more = 0; more < 300; more += 1) await rig.session();
  expect(held.context.mcpReq.signal.aborted).toBe(false);
  held.answer({ content: [] });
  expect((await answer).json.result).toEqual({ content: [] });
});

test("a session that nobody used for its time to live has ended, and one in use is written down as seen", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  for (let quarter = 0; quarter < 6; quarter += 1) {
    await rig.clock.advance(1_000_000);
    expect((await rig.ask({ ...session, body: list })).status).toBe(200);
  }
  expect(rig.doors.seen).toBe(6);
  await rig.clock.advance(3_600_001);
  expect((await rig.ask({ ...session, body: list })).status).toBe(404);
});

test("that a listening session was seen cannot be noted: that is told, and noted the next time", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const stream = await rig.begin({ ...session, method: "GET" });
  const { confirmSession } = rig.doors;
  rig.doors.confirmSession = async () => {
    throw new Fault("store.unavailable", "Cannot write: the store is busy, expected it to answer");
  };
  await rig.clock.advance(900_000);
  expect(rig.faults).toEqual(["store.unavailable"]);
  rig.doors.confirmSession = confirmSession;
  await rig.clock.advance(900_000);
  expect(rig.doors.seen).toBe(1);
  stream.destroy();
});

test("a session whose client only listens is in use", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const stream = await rig.begin({ ...session, method: "GET" });
  stream.resume();
  await rig.clock.advance(5 * 3_600_000);
  expect((await rig.ask({ ...session, body: list })).status).toBe(200);
  stream.destroy();
  await expect.poll(() => rig.connections).toBe(0);
});

test("DELETE ends a session, and what came before it says 404", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  expect((await rig.ask({ ...session, method: "DELETE" })).status).toBe(204);
  expect((await rig.ask({ ...session, body: list })).status).toBe(404);
  expect(rig.doors.sessions.size).toBe(0);
});

promise(
  "share.sessions",
  "requests and streams of a session count as connections, and one too many is refused",
  async () => {
    await using rig = await McpHttpRig.open();
    const session = await rig.session();
    rig.maxConnections = 2;
    const stream = await rig.begin({ ...session, method: "GET" });
    const waiting = rig.ask({ ...session, body: call });
    const held = await rig.servers.next();
    expect((await rig.ask({ ...session, body: list })).status).toBe(429);
    expect((await rig.ask({ ...session, method: "GET" })).status).toBe(429);
    held.answer({ content: [] });
    await waiting;
    stream.destroy();
    await expect.poll(() => rig.connections).toBe(0);
  },
);

test("a client without any connection has left after a minute, and a stream keeps it here", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const left: unknown[] = [];
  using _told = rig.presences.onLeft((client) => void left.push(client));
  const stream = await rig.begin({ ...session, method: "GET" });
  await rig.clock.advance(120_000);
  expect(left).toEqual([]);
  stream.destroy();
  await once(stream, "close");
  await expect.poll(() => rig.connections).toBe(0);
  await rig.clock.advance(59_000);
  expect(left).toEqual([]);
  await rig.clock.advance(1000);
  expect(left).toMatchObject([{ session: session.headers["mcp-session-id"] }]);
});

test("the end of a token ends what its sessions hold in memory", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const answer = rig.ask({ ...session, body: call });
  const held = await rig.servers.next();
  began(held, "call-1");
  rig.doors.revoke(held.peer.caller.token);
  await expect.poll(() => held.context.mcpReq.signal.aborted).toBe(true);
  expect((await answer).status).toBe(404);
  expect(rig.servers.live).toBe(0);
});
