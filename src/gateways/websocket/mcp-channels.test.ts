import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import { maxMcpRequests } from "../../protocol/mcp.ts";
import { maxUnackedEvents } from "./event-window.ts";
import type { McpClient, McpJson, McpPort } from "./parts.ts";

const shim = "0123456789abcdef";

/** A server of MCP that does only what a test says. */
class Server implements McpPort {
  readonly clients: McpClient[] = [];
  readonly taken: McpJson[] = [];
  closed = 0;

  async open(client: McpClient) {
    this.clients.push(client);
    return {
      take: (message: McpJson) => {
        if (message["jsonrpc"] !== "2.0") throw new Fault("input.invalid", "Cannot take it: no JSON-RPC");
        this.taken.push(message);
      },
      [Symbol.asyncDispose]: async () => {
        this.closed += 1;
      },
    };
  }

  get client(): McpClient {
    return this.clients.at(-1) ?? expect.unreachable("nobody came");
  }
}

/** A connection with an open channel to a server. */
async function channel() {
  const server = new Server();
  await using building = new AsyncDisposableStack();
  const rig = building.use(await SocketRig.open({ mcp: server }));
  const { client } = await RawClient.open(rig.url, { token: await rig.token("ada") });
  building.use(client);
  expect((await client.request("mcp.open", { shim, cwd: "/work" })).result).toEqual({ channel: 1 });
  const held = building.move();
  const say = (message: object, nth?: number) =>
    client.request("mcp.message", { channel: 1, message: { jsonrpc: "2.0", ...message }, nth });
  const heard = () =>
    client.notifications.filter(({ method }) => method === "mcp.message").map(({ params }) => params ?? {});
  return { rig, server, client, say, heard, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

test("messages go both ways unchanged and in order, for the caller that opened the channel", async () => {
  await using stage = await channel();
  const { server, say, heard, client } = stage;
  expect(server.client).toMatchObject({ cwd: "/work", caller: { principal: "ada", client: "raw" } });
  const message = { id: 1, method: "tools/call", params: { ü: [null, 1.5, { deep: "\u0000" }] } };
  expect((await say(message)).result).toEqual({});
  expect(server.taken).toEqual([{ jsonrpc: "2.0", ...message }]);
  const answers = [
    { jsonrpc: "2.0", id: 1, result: { a: "😀" } },
    { jsonrpc: "2.0", method: "n" },
  ];
  await Promise.all(answers.map((answer) => server.client.send(answer)));
  await client.when(() => heard().length === 2);
  expect(heard()).toEqual(answers.map((answer, index) => ({ channel: 1, seq: index + 1, message: answer })));
});

promise(
  "share.same-call",
  "an unanswered request has a key that only its shim and its number make, and others have none",
  async () => {
    await using stage = await channel();
    const { server, say, client } = stage;
    await say({ id: 1, method: "tools/call" }, 5);
    await say({ id: "1", method: "tools/call" }, 6);
    await say({ id: 2, method: "tools/call" });
    const { keyOf } = server.client;
    const key = keyOf(1);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(keyOf("1")).not.toBe(key);
    expect([keyOf(2), keyOf(3)]).toEqual([undefined, undefined]);
    await server.client.send({ jsonrpc: "2.0", id: 1, result: {} });
    expect(keyOf(1)).toBeUndefined();
    // Its call may be about to start when it is cancelled.
    const other = keyOf("1");
    await say({ method: "notifications/cancelled", params: { requestId: "1" } });
    expect(keyOf("1")).toBe(other);
    await say({ id: "1", method: "tools/call" }, 7);
    expect(keyOf("1")).not.toBe(other);
    // Over another channel, under another id: the same request of the same shim.
    await client.request("mcp.open", { shim });
    const again = { channel: 2, message: { jsonrpc: "2.0", id: 9, method: "tools/call" }, nth: 5 };
    await client.request("mcp.message", again);
    expect(server.client.keyOf(9)).toBe(key);
    await client.request("mcp.open", { shim: "another-shim-of-somebody" });
    await client.request("mcp.message", { ...again, channel: 3 });
    expect(server.client.keyOf(9)).not.toBe(key);
  },
);

promise(
  "leak.memory",
  "a client that acknowledges nothing is sent a window's worth, of progress that waits only the newest is kept, and every answer",
  async () => {
    await using stage = await channel();
    const { server, heard, client } = stage;
    for (let seq = 1; seq <= maxUnackedEvents; seq++)
      await server.client.send({ jsonrpc: "2.0", method: "n", params: { seq } });
    await client.when(() => heard().length === maxUnackedEvents);
    const progress = (progressToken: string, done: number) =>
      server.client.send({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken, progress: done },
      });
    const waiting = [progress("a", 1), progress("b", 1), progress("a", 2), progress("a", 3)];
    waiting.push(server.client.send({ jsonrpc: "2.0", id: 1, result: {} }));
    waiting.push(server.client.send({ jsonrpc: "2.0", id: 2, result: {} }));
    await client.request("ping", {});
    expect(heard()).toHaveLength(maxUnackedEvents);
    client.notify("mcp.ack", { channel: 1, seq: maxUnackedEvents });
    await Promise.all(waiting);
    await client.when(() => heard().length === maxUnackedEvents + 4);
    const late = heard()
      .slice(maxUnackedEvents)
      .map(({ seq, message }) => [seq, message]);
    expect(late).toMatchObject([
      [1025, { params: { progressToken: "a", progress: 3 } }],
      [1026, { params: { progressToken: "b", progress: 1 } }],
      [1027, { id: 1 }],
      [1028, { id: 2 }],
    ]);
  },
);

promise(
  "auth.frames",
  "what cannot be taken is refused, and an acknowledgement of the future ends the connection",
  async () => {
    await using stage = await channel();
    const { server, say, client } = stage;
    for (let id = 0; id < maxMcpRequests; id++) await say({ id, method: "ping" });
    const codeOf = async (answer: ReturnType<typeof say>) => (await answer).error?.data.code;
    expect(await codeOf(say({ id: "more", method: "ping" }))).toBe("session.limit");
    expect(await codeOf(say({ id: 0, method: "ping" }))).toBe("input.invalid");
    await say({ method: "notifications/cancelled", params: { requestId: 0 } });
    expect(await codeOf(say({ id: 0, method: "ping" }))).toBeUndefined();
    expect(await codeOf(client.request("mcp.message", { channel: 1, message: { a: 1 } }))).toBe("input.invalid");
    expect(await codeOf(client.request("mcp.message", { channel: 9, message: {} }))).toBe("session.unknown");
    expect(await codeOf(client.request("mcp.open", { shim: "short" }))).toBe("input.invalid");
    for (let more = 2; more <= 16; more++) await client.request("mcp.open", { shim });
    expect(await codeOf(client.request("mcp.open", { shim }))).toBe("session.limit");
    expect(server.taken).toHaveLength(maxMcpRequests + 2);
    client.notify("mcp.ack", { channel: 1, seq: 1 });
    expect((await client.end()).closed).toBe(CLOSE.badFrame);
  },
);

promise(
  "leak.handle",
  "a conversation ends with its connection, at a word of the client's, or the server's",
  async () => {
    await using stage = await channel();
    const { rig, server, client } = stage;
    await client.request("mcp.close", { channel: 1 });
    await client.request("mcp.close", { channel: 1 });
    expect(server.closed).toBe(1);
    await client.request("mcp.open", { shim });
    server.client.ended();
    await client.until((arrival) => "method" in arrival && arrival.method === "mcp.close");
    expect(server.closed).toBe(2);
    await client.request("mcp.open", { shim });
    client[Symbol.dispose]();
    await expect.poll(() => server.closed).toBe(3);
    expect(rig.bugs).toEqual([]);
  },
);
