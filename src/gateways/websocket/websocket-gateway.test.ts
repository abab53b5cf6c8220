import { once } from "node:events";
import { json } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { Puppet } from "../../../test/support/socket-tools.ts";
import { CLOSE, readCloseReason } from "../../protocol/close-codes.ts";
import type { CallId } from "../../protocol/ids.ts";

const client = { name: "raw", version: "1" };

describe("a session", () => {
  test("a call is started, followed and answered over one connection", async () => {
    await using rig = await SocketRig.open();
    const { client: raw, opened } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    expect(opened).toMatchObject({ principal: "ada", epoch: rig.core.store.epoch, heartbeatMs: 15_000 });
    const started = await raw.request("call.start", { tool: "echo", input: { text: "hi", delayMs: 0 }, follow: true });
    expect(started.result).toMatchObject({ phase: "accepted", stream: 1 });
    const ended = await raw.event("call.succeeded");
    expect(ended.params).toMatchObject({ data: { result: { content: "hi" } } });
    expect(raw.seqs).toEqual([1, 2, 3]);
  });

  test("who shows no good credential is told the fault and closed with 4501", async () => {
    await using rig = await SocketRig.open();
    using raw = await RawClient.connected(rig.url);
    const answer = await raw.request("session.open", { token: "exai_nobody_nothing", client });
    expect(answer.error).toMatchObject({ code: -32000, data: { code: "auth.invalid" } });
    expect(await raw.end()).toMatchObject({ closed: CLOSE.unauthorised });
  });

  test("a resumed session has a new secret, and the one before is worth nothing after the first frame", async () => {
    await using rig = await SocketRig.open();
    const first = await RawClient.open(rig.url, { token: await rig.token("ada") });
    first.client[Symbol.dispose]();
    const { session } = first.opened;
    const resume = { session, secret: first.opened.resume.secret };
    // The answer of this one is lost on its way, so the old secret still counts.
    const lost = await RawClient.open(rig.url, { resume });
    lost.client[Symbol.dispose]();
    const second = await RawClient.open(rig.url, { resume });
    using _second = second.client;
    expect(second.opened.session).toBe(session);
    expect(second.opened.resume.secret).not.toBe(resume.secret);
    await second.client.request("ping", {});
    using replay = await RawClient.connected(rig.url);
    const refused = await replay.request("session.open", { resume, client });
    expect(refused.error?.data.code).toBe("auth.replayed");
    expect((await replay.end()).closed).toBe(CLOSE.unauthorised);
  });

  test("the newest connection of a session wins; what the older one still sends is not looked at", async () => {
    await using rig = await SocketRig.open();
    const first = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using old = first.client;
    const resume = { session: first.opened.session, secret: first.opened.resume.secret };
    // It does not see its own end, so it goes on asking.
    old.webSocket.pause();
    const next = await RawClient.open(rig.url, { resume });
    using _next = next.client;
    expect(next.opened.session).toBe(first.opened.session);
    const [server] = rig.sockets;
    const before = server?.bytesRead ?? 0;
    old.send("call.start", { tool: "echo", input: { text: "late" } });
    await expect.poll(() => server?.bytesRead).toBeGreaterThan(before);
    expect((await next.client.request("call.list", {})).result).toEqual({ calls: [] });
    old.webSocket.resume();
    expect((await old.end()).closed).toBe(CLOSE.takenOver);
    expect(rig.core.presences.connected).toBe(1);
  });

  promise("auth.expiry", "a revoked token's connections close at once with 4501, nobody else's do", async () => {
    await using rig = await SocketRig.open();
    const token = await rig.token("ada");
    const [one, two] = [await RawClient.open(rig.url, { token }), await RawClient.open(rig.url, { token })];
    const other = await RawClient.open(rig.url, { token: await rig.token("bob") });
    using _one = one.client;
    using _two = two.client;
    using _other = other.client;
    const [row] = await rig.core.store.tokens({ principal: one.opened.principal });
    one.client.send("token.revoke", { id: row?.id });
    for (const revoked of [one, two]) await expect.poll(() => revoked.client.closed?.closed).toBe(CLOSE.unauthorised);
    expect(readCloseReason(two.client.closed?.reason ?? "")).toEqual({ code: "auth.revoked" });
    expect((await other.client.request("ping", {})).result).toBeDefined();
  });

  promise("auth.expiry", "a token that runs out closes its connection with 4003 at that moment", async () => {
    await using rig = await SocketRig.open();
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada", { ttlMs: 8000 }) });
    using _raw = raw;
    await rig.clock.advance(7900);
    expect((await raw.request("ping", {})).result).toBeDefined();
    await rig.clock.advance(200);
    expect(await raw.verdict()).toBe(CLOSE.credentialExpired);
  });

  test("a session that is connected does not run out, however long it is idle", async () => {
    await using rig = await SocketRig.open();
    const { client: raw, opened } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    await raw.request("ping", {});
    const before = await rig.core.store.session({ session: opened.session });
    for (let minute = 0; minute < 45; minute++) {
      await rig.clock.advance(60_000);
      await raw.request("ping", {});
    }
    const after = await rig.core.store.session({ session: opened.session });
    expect(after?.expiresAt).toBeGreaterThan(before?.expiresAt ?? Number.POSITIVE_INFINITY);
  });
});

describe("a connection", () => {
  test("who does not speak the subprotocol is told so before the upgrade", async () => {
    await using rig = await SocketRig.open();
    using raw = new RawClient(rig.url, ["other.v1"]);
    const [, response] = await once(raw.webSocket, "unexpected-response");
    expect(response.statusCode).toBe(400);
    expect(await json(response)).toMatchObject({
      fault: { code: "input.invalid", message: expect.stringContaining("exai.v1") },
    });
    response.destroy();
  });

  test("of too many that say nothing the eldest goes first, and who means it gets in", async () => {
    await using rig = await SocketRig.open({ maxOpening: 3 });
    const silent = await Promise.all([0, 1, 2].map(() => RawClient.connected(rig.url)));
    using held = new DisposableStack();
    for (const raw of silent) held.use(raw);
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    held.use(raw);
    await expect.poll(() => silent.some(({ closed }) => closed !== undefined)).toBe(true);
    expect(silent.filter(({ closed }) => closed !== undefined)).toHaveLength(1);
    expect(silent[0]?.closed?.closed).toBe(CLOSE.slowToOpen);
  });

  test("a principal over its connections is told when to come back, with 4005", async () => {
    await using rig = await SocketRig.open({ connections: 1 });
    const token = await rig.token("ada");
    const first = await RawClient.open(rig.url, { token });
    using raw = await RawClient.connected(rig.url);
    const answer = await raw.request("session.open", { token, client });
    expect(answer.error?.data.code).toBe("session.limit");
    const { closed, reason } = await raw.end();
    expect({ closed, reason: readCloseReason(reason) }).toEqual({
      closed: CLOSE.limit,
      reason: { code: "session.limit", retryAfterMs: 1000 },
    });
    first.client[Symbol.dispose]();
    await expect.poll(() => rig.gateway.connections).toBe(0);
    (await RawClient.open(rig.url, { token })).client[Symbol.dispose]();
  });

  test("a half-open link is found within two heartbeats and a tenth; a live one is not touched", async () => {
    await using rig = await SocketRig.open();
    const token = await rig.token("ada");
    const live = await RawClient.open(rig.url, { token });
    using _live = live.client;
    const dead = await RawClient.open(rig.url, { token });
    using raw = dead.client;
    // Takes what comes and never says a word again, not even to a ping.
    raw.webSocket.removeAllListeners("ping");
    Reflect.set(raw.webSocket, "_autoPong", false);
    for (let second = 0; second < 33; second++) {
      await rig.clock.advance(1000);
      await live.client.request("ping", {});
    }
    expect((await raw.end()).closed).toBe(CLOSE.heartbeatLost);
    expect(live.client.closed).toBeUndefined();
  });

  test("a ping of either kind is answered", async () => {
    await using rig = await SocketRig.open();
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    raw.webSocket.ping("hello");
    const [payload] = await once(raw.webSocket, "pong");
    expect(String(payload)).toBe("hello");
    expect((await raw.request("ping", {})).result).toEqual({ at: rig.clock.wallMs() });
  });

  test("draining answers what was asked, sends everybody away with 1012 and lets nobody in", async () => {
    await using rig = await SocketRig.open();
    const token = await rig.token("ada");
    const all = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(rig.url, { token })));
    using held = new DisposableStack();
    for (const { client: raw } of all) held.use(raw);
    await rig.gateway[Symbol.asyncDispose]();
    for (const { client: raw } of all) expect((await raw.end()).closed).toBe(CLOSE.restart);
    expect(rig.gateway.connections).toBe(0);
    using late = new RawClient(rig.url);
    const [, response] = await once(late.webSocket, "unexpected-response");
    expect([response.statusCode, response.headers["retry-after"]]).toEqual([503, "1"]);
    expect(await json(response)).toMatchObject({ fault: { code: "admission.draining" } });
    response.destroy();
  });

  test("a client's connection counts as its presence until it is gone, also while another takes over", async () => {
    await using rig = await SocketRig.open();
    const first = await RawClient.open(rig.url, { token: await rig.token("ada") });
    expect(rig.core.presences.connected).toBe(1);
    first.client[Symbol.dispose]();
    await expect.poll(() => rig.core.presences.connected).toBe(0);
  });
});

promise(
  "auth.expiry",
  "a connection that a running call's token opened closes with that call, no other does",
  async () => {
    await using rig = await SocketRig.open();
    const token = await rig.token("ada");
    const { client: own } = await RawClient.open(rig.url, { token });
    using _own = own;
    const ada = await rig.doors.authenticate(token, { address: "x", client: "x" });
    const bound = rig.doors.bindCall(ada, "call-1" as CallId);
    const { client: nested } = await RawClient.open(rig.url, { token: bound.token });
    using _nested = nested;
    bound[Symbol.dispose]();
    expect(await nested.verdict()).toBe(CLOSE.unauthorised);
    expect(await own.verdict()).toBeUndefined();
  },
);

promise(
  "share.sessions",
  "a client that says goodbye ends its session, one that is cut or has a call under way does not",
  async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    const token = await rig.token("ada");
    const leave = async (how: "bye" | "cut" | "busy") => {
      const { client: raw, opened } = await RawClient.open(rig.url, { token });
      if (how === "busy") await raw.request("call.start", { tool: "speak", follow: true });
      if (how === "cut") raw[Symbol.dispose]();
      else raw.webSocket.close(CLOSE.bye);
      await raw.end();
      return opened.session;
    };
    const sessions = { bye: await leave("bye"), cut: await leave("cut"), busy: await leave("busy") };
    await expect.poll(() => rig.gateway.connections).toBe(0);
    await expect.poll(() => rig.core.store.session({ session: sessions.bye })).toBeUndefined();
    for (const session of [sessions.cut, sessions.busy])
      expect(await rig.core.store.session({ session })).toMatchObject({ id: session });
    puppet.end();
  },
);

describe("a request", () => {
  test("a bug is reported under a trace, and the client is told nothing but that trace", async () => {
    await using rig = await SocketRig.open({
      wrapOperations: (operations) => ({
        ...operations,
        "call.get": async () => {
          throw new TypeError("secret detail");
        },
      }),
    });
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    const { error } = await raw.request("call.get", { call: "x" });
    expect(error?.data).toMatchObject({ code: "internal", facts: {}, trace: rig.bugTraces[0] });
    expect(JSON.stringify(error)).not.toContain("secret detail");
    expect(rig.bugs).toEqual([new TypeError("secret detail")]);
    expect((await raw.request("ping", {})).result).toBeDefined();
  });

  test("control does not wait behind work: a call is cancelled while a thousand waits for it are open", async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    const { result } = await raw.request("call.start", { tool: "speak" });
    const call = result?.["call"];
    const waits = Array.from({ length: 1000 }, () => raw.request("call.wait", { call, timeoutMs: 600_000 }));
    await puppet.context;
    await raw.request("call.control", { call, action: "cancel" });
    for (const { result: view } of await Promise.all(waits)) expect(view?.["phase"]).toBe("cancelled");
  });

  test("what does not fit is refused by name, and an unknown method too", async () => {
    await using rig = await SocketRig.open();
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    const wrong = await raw.request("call.start", { tool: 7 });
    expect(wrong.error?.data.code).toBe("input.invalid");
    expect(wrong.error?.message).toContain("tool");
    expect((await raw.request("call.destroy", {})).error?.data.code).toBe("method.unknown");
    expect((await raw.request("toString", {})).error?.data.code).toBe("method.unknown");
    expect((await raw.request("session.open", { client })).error?.data.code).toBe("input.invalid");
  });
});
