import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { promise } from "../../test/promise.ts";
import { ChaosProxy, chaos, seeded } from "../../test/support/chaos-proxy.ts";
import { behindProxy, clientOf, cut, never, spyOn, upTo } from "../../test/support/client-rig.ts";
import { temporaryFolder } from "../../test/support/core.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { SocketRig, testTool } from "../../test/support/socket-rig.ts";
import { Printer, Puppet } from "../../test/support/socket-tools.ts";
import { SystemClock } from "../base/clock.ts";
import { socketPath } from "../protocol/methods.ts";
import { OutcomeUnknown, type SocketFactory, type WebSocketLike } from "./index.ts";

describe("a client that is cut", () => {
  promise(
    "lost.reconnect",
    "sees every event once and in order, whatever it had not consumed comes again",
    async () => {
      const puppet = new Puppet("speak");
      await using it = await behindProxy(() => ({}), { tools: () => [puppet.tool] });
      await using client = clientOf(it.url, it.token);
      const call = await client.start("speak", { input: {}, follow: true }, never);
      const seqs: number[] = [];
      const reading = (async () => {
        for await (const event of call.events) {
          seqs.push("seq" in event ? event.seq : -1);
          if (seqs.length % 17 === 0) await cut(it.proxy, client);
        }
      })();
      for (let round = 0; round < 10; round++) await puppet.say(10);
      puppet.end();
      await reading;
      expect(seqs).toEqual(upTo(seqs.length));
      expect(seqs.length).toBeGreaterThan(100);
      expect(it.proxy.connections).toBeGreaterThanOrEqual(3);
      expect((await call.result()).phase).toBe("succeeded");
    },
  );

  promise(
    "lost.delivery-says",
    "acknowledges only what was consumed: what it had received and not consumed is sent again",
    async () => {
      const puppet = new Puppet("speak");
      const afters: number[] = [];
      const ahead: number[] = [];
      await using it = await behindProxy(() => ({}), { tools: () => [puppet.tool] });
      const factory = spyOn((method, params) => {
        if (method === "call.follow") afters.push(Number(params["after"]));
        if (method === "call.ack" && Number(params["seq"]) > consumed) ahead.push(Number(params["seq"]));
      });
      await using client = clientOf(it.url, it.token, { socket: factory });
      let consumed = 0;
      const call = await client.start("speak", { input: {}, follow: true }, never);
      const events = call.events[Symbol.asyncIterator]();
      await puppet.say(50);
      for (; consumed < 5; consumed++) await events.next();
      it.proxy.cutAll();
      await expect.poll(() => afters).toEqual([5]);
      const { value } = await events.next();
      expect(value).toMatchObject({ seq: 6 });
      expect(ahead).toEqual([]);
      puppet.end();
    },
  );

  promise("lost.reconnect", "gets the output byte for byte, and its end, over many cuts", async () => {
    const printer = new Printer("print");
    await using it = await behindProxy(
      (connection) => ({ cut: { direction: "down", afterBytes: 150_000 + 1000 * connection } }),
      {
        tools: ({ outputs }) => [printer.tool(outputs)],
      },
    );
    await using client = clientOf(it.url, it.token);
    const whole = Buffer.from(Uint8Array.from({ length: 1_500_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));
    const call = await client.start("print", { input: {}, follow: true }, never);
    const printed = (async () => {
      for (let from = 0; from < whole.length; from += 30_000) await printer.print(whole.subarray(from, from + 30_000));
      printer.exit(7);
    })();
    const parts: Uint8Array[] = [];
    const output = call.output();
    for await (const piece of output) parts.push(piece.kind === "data" ? piece.bytes.slice() : expect.unreachable());
    await printed;
    expect(createHash("sha256").update(Buffer.concat(parts)).digest("hex")).toBe(
      createHash("sha256").update(whole).digest("hex"),
    );
    expect(await output.exit).toEqual({ length: whole.length, code: 7, signal: 0 });
    expect(it.proxy.cuts).toBeGreaterThan(5);
  });

  promise("lost.reconnect", "starts a call once, however often its answer is cut off", async () => {
    // Each connection breaks inside the answer of the start, or a little before or behind it.
    await using it = await behindProxy((connection) =>
      connection < 30 ? { cut: { direction: "down", afterBytes: 700 + connection * 8 } } : {},
    );
    await using client = clientOf(it.url, it.token);
    const calls = await Promise.all(
      upTo(5).map((index) =>
        client.start("echo", { input: { text: `call ${index}`, delayMs: 0 }, fresh: true }, never),
      ),
    );
    const views = await Promise.all(calls.map((call) => call.result()));
    expect(views.map(({ result }) => result?.content)).toEqual(upTo(5).map((index) => `call ${index}`));
    expect((await client.request("call.list", {}, never)).calls).toHaveLength(5);
  });

  promise("lost.reconnect", "through sixteen seeds of chaos loses no call, no event and no answer", async () => {
    for (const seed of upTo(16)) {
      const random = seeded(seed);
      await using it = await behindProxy((connection) => (connection < 8 ? withoutHoles(chaos(random, 6000)) : {}));
      await using client = clientOf(it.url, it.token);
      await Promise.all(
        upTo(6).map(async (index) => {
          const call = await client.start(
            "echo",
            { input: { text: `${seed} ${index}` }, follow: true, fresh: true },
            never,
          );
          const seqs: number[] = [];
          for await (const event of call.events) seqs.push("seq" in event ? event.seq : -1);
          expect(seqs).toEqual([1, 2, 3]);
          expect((await call.result()).result?.content).toBe(`${seed} ${index}`);
        }),
      );
      expect((await client.request("call.list", {}, never)).calls).toHaveLength(6);
    }
  });

  test("repeats what may be repeated, and says of the rest that it does not know", async () => {
    const gate = Promise.withResolvers<void>();
    await using it = await behindProxy(() => ({}), {
      wrapOperations: (operations) => ({
        ...operations,
        "call.list": async (request, params) => {
          await gate.promise;
          return await operations["call.list"](request, params);
        },
        "token.create": async (request, params) => {
          await gate.promise;
          return await operations["token.create"](request, params);
        },
      }),
    });
    await using client = clientOf(it.url, it.token);
    await client.ready(never);
    const listed = client.request("call.list", {}, never);
    const created = client.request("token.create", { name: "second" }, never);
    created.catch(() => {});
    await client.request("ping", {}, never);
    it.proxy.cutAll();
    await expect(created).rejects.toThrow(OutcomeUnknown);
    gate.resolve();
    expect(await listed).toEqual({ calls: [] });
  });

  test("comes back after a restart of the daemon and goes on with the same session", async () => {
    await using folder = await temporaryFolder();
    await using first = await SocketRig.open({ folder: folder.path });
    const token = await first.token("ada");
    const target = { host: "127.0.0.1", port: first.port };
    await using proxy = await ChaosProxy.open({ target, clock: new SystemClock(), plan: () => ({}) });
    await using client = clientOf(`ws://127.0.0.1:${proxy.port}${socketPath}`, token);
    const call = await client.start("echo", { input: { text: "before" } }, never);
    await call.result();
    const before = client.server;
    await first[Symbol.asyncDispose]();
    await using second = await SocketRig.open({ folder: folder.path });
    proxy.target = { host: "127.0.0.1", port: second.port };
    const seqs: number[] = [];
    for await (const event of call.events) seqs.push("seq" in event ? event.seq : -1);
    expect(seqs).toEqual([1, 2, 3]);
    expect(client.server?.session).toBe(before?.session);
    expect(client.server?.resume.secret).not.toBe(before?.resume.secret);
  });

  test("opens a new session where the old one is gone, and its calls go on", async () => {
    const puppet = new Puppet("speak");
    await using it = await behindProxy(() => ({}), { tools: () => [puppet.tool] });
    await using client = clientOf(it.url, it.token);
    const call = await client.start("speak", { input: {}, follow: true }, never);
    const session = client.server?.session;
    if (session !== undefined) await it.rig.core.store.endSessions({ session });
    it.proxy.cutAll();
    await puppet.say(3);
    puppet.end();
    const seqs: number[] = [];
    for await (const event of call.events) seqs.push("seq" in event ? event.seq : -1);
    expect(seqs).toEqual(upTo(seqs.length));
    expect(client.server?.session).not.toBe(session);
  });

  promise(
    "lost.reconnect",
    "whose link goes dead without a word notices after two heartbeats and comes back",
    async () => {
      const clock = new ManualClock();
      await using it = await behindProxy((connection) =>
        connection === 0 ? { blackHole: { direction: "down", afterBytes: 1500 } } : {},
      );
      await using client = clientOf(it.url, it.token, { timers: clock });
      await client.ready(never);
      const listed = client.request("call.list", {}, never);
      const others = upTo(10).map(() => client.request("status.get", {}, never).catch(() => {}));
      while (client.state === "open") await clock.advance(1000);
      // Enough to begin the next try, and not to give it up before it had its real time.
      await clock.advance(300);
      expect(await listed).toEqual({ calls: [] });
      await Promise.all(others);
    },
  );

  promise("lost.oversize", "waits for a long answer over a slow network, and not for ever", async () => {
    const clock = new ManualClock();
    const text = "x".repeat(1_500_000);
    const tool = testTool("tells", async () => ({ content: text }));
    await using rig = await SocketRig.open({ tools: () => [tool] });
    const slow = new SlowSockets(1_000_000);
    await using client = clientOf(rig.url, await rig.token("ada"), { timers: clock, socket: slow.factory });
    const call = await client.start("tells", { input: {} }, never);
    const answered = call.result();
    await slow.isHeld;
    for (let second = 0; second < 80; second++) await clock.advance(1000);
    expect([client.state, slow.opened]).toEqual(["open", 1]);
    slow.release();
    expect((await answered).result).toEqual({ content: text });
    const again = client.request("call.get", { call: call.id }, never);
    await slow.isHeld;
    slow.longest = text.length * 2;
    while (client.state === "open") await clock.advance(1000);
    await clock.advance(300);
    expect((await again).result).toEqual({ content: text });
    expect(slow.opened).toBe(2);
  });
});

/** Sockets over which a long message is on its way until the test says that it is there; what comes behind it waits. */
class SlowSockets {
  opened = 0;
  longest: number;
  #waiting: (() => void)[] | undefined;
  #held = Promise.withResolvers<void>();

  constructor(longest: number) {
    this.longest = longest;
  }

  get isHeld(): Promise<void> {
    return this.#held.promise;
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#held = Promise.withResolvers<void>();
    for (const deliver of waiting) deliver();
  }

  readonly factory: SocketFactory = (url, protocols) => {
    this.opened += 1;
    this.#waiting = undefined;
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    const listen = socket.addEventListener.bind(socket);
    const slowly = (type: string, listener: (event: { data: unknown }) => void) => {
      if (type !== "message") listen(type as "open", listener as () => void);
      else listen("message", (event) => this.#deliver(event.data, () => listener(event)));
    };
    return Object.assign(socket, { addEventListener: slowly }) as unknown as WebSocketLike;
  };

  #deliver(data: unknown, deliver: () => void): void {
    if (this.#waiting === undefined && typeof data === "string" && data.length > this.longest) {
      this.#waiting = [];
      this.#held.resolve();
    }
    if (this.#waiting === undefined) deliver();
    else this.#waiting.push(deliver);
  }
}

/** A black hole is found by the heartbeat, in time that these tests do not have. */
function withoutHoles<T extends { blackHole?: unknown }>(plan: T): Omit<T, "blackHole"> {
  const { blackHole: _, ...rest } = plan;
  return rest;
}
