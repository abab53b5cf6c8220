import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { Disposal } from "../../base/disposal.ts";
import { Fault } from "../../protocol/fault.ts";
import { ChannelListening } from "./channel-listening.ts";
import type { Changes } from "./listening.ts";

const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
const notifications = { resourceSubscriptions: ["a:1", "a:2"], taskIds: ["one"], toolsListChanged: true };

/** A conversation whose every watch waits for `gate`, with what is held for it and what it was told. */
function rig() {
  const gate = Promise.withResolvers<void>();
  const sent: JSONRPCMessage[] = [];
  const bugs: unknown[] = [];
  const held = { watches: 0, listeners: 0 };
  const hold = (what: keyof typeof held): Disposable => {
    held[what] += 1;
    return new Disposal(() => {
      held[what] -= 1;
    });
  };
  const late = async () => {
    await gate.promise;
    return hold("watches");
  };
  const changes: Changes = { onChange: () => hold("listeners"), watch: late, watchTask: late };
  const listening = new ChannelListening({
    changes,
    peer: { caller: someone("ada") },
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
    server: { name: "test", version: "1" },
    reports: { fault: () => {}, bug: (error) => void bugs.push(error) },
    send: async (message) => void sent.push(message),
  });
  const listen = (id: string) =>
    listening.take({ jsonrpc: "2.0", id, method: "subscriptions/listen", params: { notifications, _meta } });
  const cancel = (id: string) =>
    listening.take({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id, _meta } });
  return { gate, sent, bugs, held, listening, listen, cancel };
}

/** All that was begun has gone as far as it can. */
async function calm(): Promise<void> {
  for (let times = 0; times < 5; times++) await new Promise(setImmediate);
}

promise(
  "leak.handle",
  "what is cancelled, or asked again, while it begins holds nothing and is told nothing",
  async () => {
    const { gate, sent, bugs, held, listening, listen, cancel } = rig();
    listen("cancelled");
    cancel("cancelled");
    listen("again");
    listen("again");
    gate.resolve();
    await calm();
    expect(held).toEqual({ watches: 3, listeners: 1 });
    expect(sent).toMatchObject([{ method: "notifications/subscriptions/acknowledged" }]);
    listen("left");
    listening[Symbol.dispose]();
    await calm();
    expect({ held, bugs }).toEqual({ held: { watches: 0, listeners: 0 }, bugs: [] });
  },
);

promise("auth.frames", "a listening that cannot begin is refused, and everybody else goes on", async () => {
  const { gate, sent, bugs, held, listen, cancel } = rig();
  listen("busy");
  gate.reject(new Fault("store.unavailable", "Cannot look: the store is busy, expected it to answer"));
  await calm();
  expect(sent).toMatchObject([{ id: "busy", error: { code: -32603, message: expect.stringContaining("busy") } }]);
  expect({ held, bugs }).toEqual({ held: { watches: 0, listeners: 0 }, bugs: [] });
  expect(cancel("busy")).toBe(false);
});
