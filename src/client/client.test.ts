import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { promise } from "../../test/promise.ts";
import { type ChaosOptions, ChaosProxy, chaos, seeded } from "../../test/support/chaos-proxy.ts";
import { temporaryFolder } from "../../test/support/core.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { type RigOptions, SocketRig } from "../../test/support/socket-rig.ts";
import { Printer, Puppet } from "../../test/support/socket-tools.ts";
import { SystemClock } from "../base/clock.ts";
import { Fault } from "../protocol/fault.ts";
import { socketPath } from "../protocol/methods.ts";
import { type Client, type ConnectOptions, connect, OutcomeUnknown, type SocketFactory } from "./index.ts";

const never = new AbortController().signal;
const socket: SocketFactory = (url, protocols) => new WebSocket(url, protocols, { perMessageDeflate: false });
/** The one that is built in, as in a page. */
const builtIn: SocketFactory = (url, protocols) => new globalThis.WebSocket(url, protocols);

function clientOf(url: string, token: string, more: Partial<ConnectOptions> = {}): Client {
  const parts = { url, token, client: { name: "test", version: "1" }, socket, random: () => 0, ...more };
  return connect(parts as ConnectOptions);
}

/** A daemon behind a proxy that harms it. */
async function behindProxy(plan: ChaosOptions["plan"], options: RigOptions = {}) {
  await using building = new AsyncDisposableStack();
  const rig = building.use(await SocketRig.open(options));
  const target = { host: "127.0.0.1", port: rig.port };
  const proxy = building.use(await ChaosProxy.open({ target, clock: new SystemClock(), plan }));
  const held = building.move();
  const url = `ws://127.0.0.1:${proxy.port}${socketPath}`;
  return { rig, proxy, url, token: await rig.token("ada"), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Cuts the link and resolves once the client has noticed. */
async function cut(proxy: ChaosProxy, client: Client): Promise<void> {
  const { promise: noticed, resolve } = Promise.withResolvers<void>();
  using _state = client.onState(() => resolve());
  proxy.cutAll();
  await noticed;
}

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

describe.each([
  ["ws", socket],
  ["the built-in WebSocket", builtIn],
])("a client over %s", (_name, factory) => {
  test("starts, follows and answers a call, and knows whom it talks to", async () => {
    await using rig = await SocketRig.open();
    await using client = clientOf(rig.url, await rig.token("ada"), { socket: factory });
    const call = await client.start("echo", { text: "hi" }, { follow: true }, never);
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : event.reason);
    expect(types).toEqual(["call.accepted", "call.started", "call.succeeded"]);
    expect(await call.result()).toMatchObject({ phase: "succeeded", result: { content: "hi" } });
    expect(client.server).toMatchObject({ version: "0.0.0", principal: "ada" });
  });
});

describe("a client that is cut", () => {
  promise(
    "lost.reconnect",
    "sees every event once and in order, whatever it had not consumed comes again",
    async () => {
      const puppet = new Puppet("speak");
      await using it = await behindProxy(() => ({}), { tools: () => [puppet.tool] });
      await using client = clientOf(it.url, it.token);
      const call = await client.start("speak", {}, { follow: true }, never);
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
      const call = await client.start("speak", {}, { follow: true }, never);
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
    const call = await client.start("print", {}, { follow: true }, never);
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
      upTo(5).map((index) => client.start("echo", { text: `call ${index}`, delayMs: 0 }, { fresh: true }, never)),
    );
    const views = await Promise.all(calls.map((call) => call.result()));
    expect(views.map(({ result }) => result?.content)).toEqual(upTo(5).map((index) => `call ${index}`));
    expect((await client.request("call.list", {}, never)).calls).toHaveLength(5);
  });

  promise(
    "lost.reconnect",
    "through sixteen seeds of chaos loses no call, no event and no answer",
    async () => {
      for (const seed of upTo(16)) {
        const random = seeded(seed);
        await using it = await behindProxy((connection) => (connection < 8 ? withoutHoles(chaos(random, 6000)) : {}));
        await using client = clientOf(it.url, it.token);
        await Promise.all(
          upTo(6).map(async (index) => {
            const call = await client.start("echo", { text: `${seed} ${index}` }, { follow: true, fresh: true }, never);
            const seqs: number[] = [];
            for await (const event of call.events) seqs.push("seq" in event ? event.seq : -1);
            expect(seqs).toEqual([1, 2, 3]);
            expect((await call.result()).result?.content).toBe(`${seed} ${index}`);
          }),
        );
        expect((await client.request("call.list", {}, never)).calls).toHaveLength(6);
      }
    },
    120_000,
  );

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
    const call = await client.start("echo", { text: "before" }, {}, never);
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
    const call = await client.start("speak", {}, { follow: true }, never);
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
});

describe("a client", () => {
  test("cancels the call when its signal aborts, and tells how it ended", async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const stop = new AbortController();
    const call = await client.start("speak", {}, { follow: true }, stop.signal);
    await puppet.context;
    stop.abort();
    expect((await call.result()).phase).toBe("cancelled");
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : event.reason);
    expect(types).toContain("call.cancelling");
    expect(types.at(-1)).toBe("call.cancelled");
  });

  test("lets go of a signal that outlives its calls", async () => {
    await using rig = await SocketRig.open();
    await using client = clientOf(rig.url, await rig.token("ada"));
    const signal = new AbortController().signal;
    const listeners = new Set<unknown>();
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
    for (const follow of [true, false]) {
      const call = await client.start("echo", { text: "hi" }, { follow }, signal);
      await call.result();
    }
    expect(listeners.size).toBe(0);
  });

  test("two readers of one call each get everything, and a loop that was left goes on where it was", async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const call = await client.start("speak", {}, { follow: true }, never);
    await puppet.say(20);
    const seqs: number[] = [];
    for await (const event of call.events) {
      seqs.push("seq" in event ? event.seq : -1);
      if (seqs.length === 8) break;
    }
    const other = client.follow(call.id, { after: 2 });
    const others: number[] = [];
    const reading = (async () => {
      for await (const event of other.events) others.push("seq" in event ? event.seq : -1);
    })();
    await puppet.say(5);
    puppet.end();
    for await (const event of call.events) seqs.push("seq" in event ? event.seq : -1);
    await reading;
    expect(seqs).toEqual(upTo(seqs.length));
    expect(others).toEqual(upTo(seqs.length - 2, 3));
    // A call that has ended at the reader's own position ends its loop at once.
    for await (const event of client.follow(call.id, { after: seqs.length }).events)
      expect.unreachable(JSON.stringify(event));
  });

  test("reads the output also where the events were asked for first and are not answered yet", async () => {
    const printer = new Printer("print");
    await using rig = await SocketRig.open({ tools: ({ outputs }) => [printer.tool(outputs)] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const { id } = await client.start("print", {}, {}, never);
    const followed = client.follow(id, {});
    const first = followed.events[Symbol.asyncIterator]().next();
    const output = followed.output();
    await printer.print(Buffer.from("hello"));
    printer.exit(0);
    const parts: Uint8Array[] = [];
    for await (const piece of output) if (piece.kind === "data") parts.push(piece.bytes.slice());
    expect(Buffer.concat(parts).toString()).toBe("hello");
    expect((await first).value).toMatchObject({ seq: 1 });
  });

  promise("lost.any-connection", "follows a call that another client started, also after its end", async () => {
    const printer = new Printer("print");
    await using rig = await SocketRig.open({
      tools: ({ outputs }) => [printer.tool(outputs)],
    });
    await using starter = clientOf(rig.url, await rig.token("ada"));
    await using reader = clientOf(rig.url, await rig.token("ada"));
    const { id } = await starter.start("print", {}, {}, never);
    const read = async () => {
      const followed = reader.follow(id, {});
      const output = followed.output();
      const parts: Uint8Array[] = [];
      for await (const piece of output) if (piece.kind === "data") parts.push(piece.bytes.slice());
      const types: string[] = [];
      for await (const event of followed.events) types.push("type" in event ? event.type : event.reason);
      return { text: Buffer.concat(parts).toString(), types, end: await output.exit };
    };
    const during = read();
    await printer.print(Buffer.from("hello"));
    printer.exit(4);
    const expected = { text: "hello", end: { length: 5, code: 4, signal: 0 } };
    expect(await during).toMatchObject(expected);
    const afterwards = await read();
    expect(afterwards).toMatchObject(expected);
    expect(afterwards.types).toEqual((await during).types);
    await using stranger = clientOf(rig.url, await rig.token("bob"));
    await expect(stranger.follow(id, {}).events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "call.unknown",
    });
  });

  test("sends standard input in order and closes it", async () => {
    const printer = new Printer("print");
    await using rig = await SocketRig.open({
      tools: ({ outputs }) => [printer.tool(outputs)],
    });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const call = await client.start("print", {}, { follow: true }, never);
    for await (const event of call.events) if ("type" in event && event.type === "process.started") break;
    const large = Buffer.alloc(1_200_000, "abcdefg");
    void call.input("first ");
    void call.input(large);
    await call.end();
    expect((await call.result()).phase).toBe("succeeded");
    expect(Buffer.concat(printer.input).equals(Buffer.concat([Buffer.from("first "), large]))).toBe(true);
  });

  test("that is let in no more ends with the fault, and so does everything that waits", async () => {
    await using rig = await SocketRig.open();
    await using stranger = clientOf(rig.url, "exai_nobody_nothing");
    await expect(stranger.ready(never)).rejects.toMatchObject({ code: "auth.invalid" });
    await expect(stranger.request("ping", {}, never)).rejects.toMatchObject({ code: "auth.invalid" });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const { principal } = await client.ready(never);
    const waiting = client.request("call.wait", { call: "x" as never }, never).catch((error: unknown) => error);
    const [row] = await rig.core.store.tokens({ principal });
    if (row !== undefined) rig.doors.revoked(row.id);
    await expect.poll(() => client.state).toBe("ended");
    expect(await waiting).toBeInstanceOf(Fault);
    await expect(client.start("echo", {}, {}, never)).rejects.toMatchObject({ code: "auth.revoked" });
  });

  test("that finds nobody gives up after its first tries, if it was told to", async () => {
    const rig = await SocketRig.open();
    const { url } = rig;
    await rig[Symbol.asyncDispose]();
    await using client = clientOf(url, "exai_x_y", { firstTries: 2 });
    await expect(client.ready(never)).rejects.toMatchObject({ code: "client.disconnected" });
    await expect(client.ready(AbortSignal.abort())).rejects.toThrow();
  });

  test("refuses what the server could not take before it is sent", async () => {
    await using rig = await SocketRig.open({ maxFrameBytes: 65_536 });
    await using client = clientOf(rig.url, await rig.token("ada"));
    await client.ready(never);
    await expect(client.start("echo", { text: "ü".repeat(40_000) }, {}, never)).rejects.toMatchObject({
      code: "input.too-large",
    });
    await using offline = clientOf("ws://127.0.0.1:1/v1/ws", "exai_x_y", { random: () => 1 });
    const waiting: Promise<unknown>[] = [];
    for (let index = 0; index < 10_000; index++)
      waiting.push(offline.request("ping", {}, never).catch((error: unknown) => error));
    await expect(offline.request("ping", {}, never)).rejects.toMatchObject({ code: "admission.overloaded" });
    await offline.close();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: "client.disconnected" });
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
      while (it.proxy.connections < 2) await clock.advance(1000);
      expect(await listed).toEqual({ calls: [] });
      await Promise.all(others);
    },
  );
});

/** A socket that shows what is sent over it. */
function spyOn(look: (method: string, params: Record<string, unknown>) => void): SocketFactory {
  return (url, protocols) => {
    const inner = new WebSocket(url, protocols, { perMessageDeflate: false });
    const send = inner.send.bind(inner);
    inner.send = (data: string | Uint8Array) => {
      if (typeof data === "string") {
        const { method, params } = JSON.parse(data);
        look(method, params);
      }
      send(data);
    };
    return inner;
  };
}

/** A black hole is found by the heartbeat, in time that these tests do not have. */
function withoutHoles<T extends { blackHole?: unknown }>(plan: T): Omit<T, "blackHole"> {
  const { blackHole: _, ...rest } = plan;
  return rest;
}
