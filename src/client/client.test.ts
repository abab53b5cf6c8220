import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { clientOf, never, upTo, wsSocket } from "../../test/support/client-rig.ts";
import { deleteCall } from "../../test/support/delete-call.ts";
import { SocketRig } from "../../test/support/socket-rig.ts";
import { Printer, Puppet } from "../../test/support/socket-tools.ts";
import { Fault } from "../protocol/fault.ts";
import type { SocketFactory } from "./index.ts";

const plainClient = join(import.meta.dirname, "../../test/programs/plain-client.mjs");

/** The one that is built in, as in a page. */
const builtIn: SocketFactory = (url, protocols) => new globalThis.WebSocket(url, protocols);

describe.each([
  ["ws", wsSocket],
  ["the built-in WebSocket", builtIn],
])("a client over %s", (_name, factory) => {
  test("starts, follows and answers a call, and knows whom it talks to", async () => {
    await using rig = await SocketRig.open();
    await using client = clientOf(rig.url, await rig.token("ada"), { socket: factory });
    const call = await client.start("echo", { input: { text: "hi" }, follow: true }, never);
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : event.reason);
    expect(types).toEqual(["call.accepted", "call.started", "call.succeeded"]);
    expect(await call.result()).toMatchObject({ phase: "succeeded", result: { content: "hi" } });
    expect(client.server).toMatchObject({ version: "0.0.0", principal: "ada" });
  });
});

describe("a client", () => {
  promise(
    "lost.reconnect",
    "whose reader is behind when the call is deleted is told so, and reads to an end",
    async () => {
      const puppet = new Puppet("speak");
      await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
      await using client = clientOf(rig.url, await rig.token("ada"));
      const call = await client.start("speak", { input: {}, follow: true }, never);
      await puppet.say(2000);
      puppet.end();
      await rig.core.ended(call.id);
      await deleteCall(rig.core, call.id);
      const told: unknown[] = [];
      for await (const event of call.events) told.push("type" in event ? event.seq : event.reason);
      expect(told.at(-1)).toBe("deleted");
      expect(told.slice(0, -1)).toEqual(upTo(told.length - 1));
      await expect(call.result()).rejects.toMatchObject({ code: "call.unknown" });
    },
  );

  test("cancels the call when its signal aborts, and tells how it ended", async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const stop = new AbortController();
    const call = await client.start("speak", { input: {}, follow: true }, stop.signal);
    await puppet.context;
    stop.abort();
    expect((await call.result()).phase).toBe("cancelled");
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : event.reason);
    expect(types).toContain("call.cancelling");
    expect(types.at(-1)).toBe("call.cancelled");
  });

  test("a start that is given up before there was a connection ends with the signal's reason", async () => {
    await using client = clientOf("ws://127.0.0.1:1", "exai_none_none");
    const stop = new AbortController();
    const starting = client.start("echo", { input: { text: "hi" } }, stop.signal);
    stop.abort(new Error("no more patience"));
    await expect(starting).rejects.toThrow("no more patience");
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
      const call = await client.start("echo", { input: { text: "hi" }, follow }, signal);
      await call.result();
    }
    expect(listeners.size).toBe(0);
  });

  test("a loop that was refused once is made again and gets everything, however much that is", async () => {
    const puppet = new Puppet("speak");
    let refusals = 1;
    await using rig = await SocketRig.open({
      tools: () => [puppet.tool],
      wrapOperations: (operations) => ({
        ...operations,
        "call.get": async (request, params) => {
          if (refusals-- > 0) throw new Fault("admission.overloaded", "Cannot look: too much at once, expected a wait");
          return await operations["call.get"](request, params);
        },
      }),
    });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const call = await client.start("speak", { input: {} }, never);
    const refused = (async () => {
      for await (const _ of call.events);
    })();
    await expect(refused).rejects.toThrow("too much at once");
    await puppet.say(2000, "all of it");
    puppet.end();
    const seqs: number[] = [];
    for await (const event of call.events) if ("seq" in event) seqs.push(event.seq);
    expect([seqs.length > 1500, seqs.length === seqs.at(-1)]).toEqual([true, true]);
  });

  test("two readers of one call each get everything, and a loop that was left goes on where it was", async () => {
    const puppet = new Puppet("speak");
    await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const call = await client.start("speak", { input: {}, follow: true }, never);
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
    const { id } = await client.start("print", { input: {} }, never);
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

  test("reads the output of its own call also where a second reader of the events came before", async () => {
    const printer = new Printer("print");
    await using rig = await SocketRig.open({ tools: ({ outputs }) => [printer.tool(outputs)] });
    await using client = clientOf(rig.url, await rig.token("ada"));
    const call = await client.start("print", { input: {}, follow: true }, never);
    await printer.print(Buffer.from("hello"));
    const others: string[] = [];
    const other = (async () => {
      for await (const event of client.follow(call.id, {}).events)
        others.push("type" in event ? event.type : event.reason);
    })();
    await expect.poll(() => others).toContain("process.started");
    const output = call.output();
    printer.exit(0);
    const parts: Uint8Array[] = [];
    for await (const piece of output) if (piece.kind === "data") parts.push(piece.bytes.slice());
    expect(Buffer.concat(parts).toString()).toBe("hello");
    await other;
  });

  promise("lost.any-connection", "follows a call that another client started, also after its end", async () => {
    const printer = new Printer("print");
    await using rig = await SocketRig.open({
      tools: ({ outputs }) => [printer.tool(outputs)],
    });
    await using starter = clientOf(rig.url, await rig.token("ada"));
    await using reader = clientOf(rig.url, await rig.token("ada"));
    const { id } = await starter.start("print", { input: {} }, never);
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
    const call = await client.start("print", { input: {}, follow: true }, never);
    for await (const event of call.events) if ("type" in event && event.type === "process.started") break;
    const large = Buffer.alloc(1_200_000, "abcdefg");
    void call.input("first ");
    void call.input(large);
    await call.end();
    expect((await call.result()).phase).toBe("succeeded");
    expect(Buffer.concat(printer.input).equals(Buffer.concat([Buffer.from("first "), large]))).toBe(true);
  });

  test("needs no signal and no types: plain JavaScript asks, starts and follows without them", async () => {
    await using rig = await SocketRig.open();
    const url = `http://127.0.0.1:${rig.port}`;
    const { stdout } = await promisify(execFile)(process.execPath, [plainClient, url, await rig.token("ada")]);
    expect(stdout).toBe("plain");
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
    const audit = { at: 0, principal, act: "token.revoked", facts: "{}" };
    if (row !== undefined) await rig.doors.tokens.end({ id: row.id, revokedAt: rig.clock.wallMs(), audit });
    await expect.poll(() => client.state).toBe("ended");
    expect(await waiting).toBeInstanceOf(Fault);
    await expect(client.start("echo", { input: {} }, never)).rejects.toMatchObject({ code: "auth.revoked" });
  });

  test("that finds nobody gives up after its first tries, if it was told to", async () => {
    const rig = await SocketRig.open();
    const { url } = rig;
    await rig[Symbol.asyncDispose]();
    await using client = clientOf(url, "exai_x_y", { firstTries: 2 });
    await expect(client.ready(never)).rejects.toMatchObject({ code: "client.disconnected" });
    await expect(client.ready(AbortSignal.abort())).rejects.toThrow();
  });

  test("that is closed twice at once is closed for both who asked", async () => {
    await using rig = await SocketRig.open();
    const client = clientOf(rig.url, await rig.token("ada"));
    await client.ready(never);
    await Promise.all([client.close(), client.close()]);
    expect(client.state).toBe("ended");
  });

  test("refuses what the server could not take before it is sent", async () => {
    await using rig = await SocketRig.open({ maxFrameBytes: 65_536 });
    await using client = clientOf(rig.url, await rig.token("ada"));
    await client.ready(never);
    await expect(client.start("echo", { input: { text: "ü".repeat(40_000) } }, never)).rejects.toMatchObject({
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
});
