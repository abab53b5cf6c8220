import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ChaosProxy } from "../../test/support/chaos-proxy.ts";
import { SocketRig, testTool } from "../../test/support/socket-rig.ts";
import { SystemClock } from "../base/clock.ts";
import { type Client, connect, type SocketFactory } from "./index.ts";

const never = new AbortController().signal;
const socket: SocketFactory = (url, protocols) => new WebSocket(url, protocols, { perMessageDeflate: false });
/** The one that is built in, as in a page. */
const builtIn: SocketFactory = (url, protocols) => new globalThis.WebSocket(url, protocols);

function clientOf(rig: SocketRig, token: string, more: { url?: string; socket?: SocketFactory } = {}): Client {
  return connect({ url: rig.url, token, client: { name: "test", version: "1" }, socket, random: () => 0, ...more });
}

describe.each([
  ["ws", socket],
  ["the built-in WebSocket", builtIn],
])("a client over %s", (_name, factory) => {
  test("starts, follows and answers a call", async () => {
    await using rig = await SocketRig.open();
    await using client = clientOf(rig, await rig.token("ada"), { socket: factory });
    const call = await client.start("echo", { text: "hi" }, { follow: true }, never);
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : event.reason);
    expect(types).toEqual(["call.accepted", "call.started", "call.succeeded"]);
    expect(await call.result()).toMatchObject({ phase: "succeeded", result: { content: "hi" } });
    expect(client.server).toMatchObject({ version: "0.0.0", principal: "ada" });
  });
});
