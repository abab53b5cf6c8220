import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Fault } from "../../protocol/fault.ts";
import { Conversation } from "./conversation.ts";
import type { Message } from "./message.ts";

/** A conversation between a client and a server that a test plays both. */
class Stage {
  readonly said: Message[] = [];
  readonly sent: { message: Message; nth: number | undefined; settle: (error?: unknown) => void }[] = [];
  readonly strangers: string[] = [];
  readonly conversation = new Conversation({
    name: "shim",
    send: (message, nth) =>
      new Promise((resolve, reject) => {
        const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error));
        this.sent.push({ message, nth, settle });
      }),
    say: (message, said) => {
      this.said.push(message);
      said?.();
    },
    onStranger: (why) => void this.strangers.push(why),
  });

  client(message: Message): void {
    this.conversation.fromClient({ jsonrpc: "2.0", ...message }, 10);
  }

  server(message: Message): void {
    this.conversation.fromServer({ jsonrpc: "2.0", ...message }, () => {});
  }

  /** What was sent since, as method and id. */
  takeSent(): unknown[] {
    return this.sent.splice(0).map(({ message, nth }) => [message["method"], message["id"], nth]);
  }

  cut(): void {
    this.conversation.down();
    for (const { settle } of this.sent) settle(new Error("cut"));
    this.takeSent();
  }

  /** The server has what was sent, and lets microtasks pass. */
  async delivered(): Promise<void> {
    for (const { settle } of this.sent) settle();
    await new Promise(setImmediate);
  }
}

const initialize = { id: 0, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: { a: 1 } } };
const agreed = { id: 0, result: { protocolVersion: "2025-06-18", capabilities: { tools: { listChanged: true } } } };

/** A conversation in which the handshake is over. */
function greeted(): Stage {
  const stage = new Stage();
  stage.conversation.opened();
  stage.client(initialize);
  stage.server(agreed);
  stage.client({ method: "notifications/initialized" });
  stage.takeSent();
  stage.said.length = 0;
  return stage;
}

/** The server that is there after a cut agrees on what was agreed on. */
function greetAgain(stage: Stage): void {
  stage.conversation.opened();
  const [{ message } = expect.unreachable("nothing was sent")] = stage.sent;
  expect(message).toMatchObject({
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: { a: 1 } },
  });
  stage.takeSent();
  stage.server({ id: message["id"], result: agreed.result });
}

promise(
  "lost.reconnect",
  "after a cut the server hears what the client began with and what is unanswered, in order and under the same numbers; the client hears nothing of it",
  () => {
    const stage = greeted();
    stage.client({ id: "a", method: "tools/call" });
    stage.client({ id: "b", method: "tools/call" });
    expect(stage.takeSent()).toEqual([
      ["tools/call", "a", 2],
      ["tools/call", "b", 3],
    ]);
    stage.server({ id: "a", result: { n: 1 } });
    stage.cut();
    stage.client({ id: "c", method: "tools/list" });
    expect(stage.takeSent()).toEqual([]);
    greetAgain(stage);
    expect(stage.takeSent()).toEqual([
      ["notifications/initialized", undefined, undefined],
      ["tools/call", "b", 3],
      ["tools/list", "c", 4],
    ]);
    stage.server({ id: "b", result: { n: 2 } });
    stage.server({ id: "b", result: { n: 2 } });
    stage.server({ id: "a", result: { n: 1 } });
    expect(stage.said.map(({ id }) => id)).toEqual(["a", "b"]);
  },
);

test("a handshake that was cut is made by the client's own request", () => {
  const stage = new Stage();
  stage.client(initialize);
  stage.conversation.opened();
  expect(stage.takeSent()).toEqual([["initialize", 0, 1]]);
  stage.cut();
  stage.conversation.opened();
  expect(stage.takeSent()).toEqual([["initialize", 0, 1]]);
});

test("a client without a handshake is asked for none", () => {
  const stage = new Stage();
  stage.client({ id: 1, method: "tools/call" });
  stage.conversation.opened();
  stage.cut();
  stage.conversation.opened();
  expect(stage.takeSent()).toEqual([["tools/call", 1, 1]]);
});

test("what a client has subscribed to and set holds over a cut", () => {
  const stage = greeted();
  stage.client({ id: 1, method: "resources/subscribe", params: { uri: "a" } });
  stage.client({ id: 2, method: "resources/subscribe", params: { uri: "b" } });
  stage.client({ id: 3, method: "resources/unsubscribe", params: { uri: "a" } });
  stage.client({ id: 4, method: "logging/setLevel", params: { level: "info" } });
  for (const id of [1, 2, 3, 4]) stage.server({ id, result: {} });
  stage.said.length = 0;
  stage.cut();
  greetAgain(stage);
  const again = stage.sent.map(({ message }) => message);
  expect(again.map(({ method, params }) => [method, params])).toEqual([
    ["notifications/initialized", undefined],
    ["logging/setLevel", { level: "info" }],
    ["resources/subscribe", { uri: "b" }],
  ]);
  for (const { id } of again.slice(1)) stage.server({ id, result: {} });
  expect(stage.said).toEqual([]);
});

test("a server that agrees on another revision than the client was told is not talked to", () => {
  const stage = greeted();
  stage.client({ id: 1, method: "tools/call" });
  stage.cut();
  stage.conversation.opened();
  const [greeting] = stage.sent;
  stage.takeSent();
  stage.server({ id: greeting?.message["id"], result: { protocolVersion: "2024-11-05" } });
  expect(stage.strangers).toEqual(["it speaks 2024-11-05, expected 2025-06-18"]);
  expect(stage.takeSent()).toEqual([]);
});

describe("a cancel", () => {
  promise(
    "leak.task",
    "that was said before the cut, or while there is no connection, reaches the server",
    async () => {
      const stage = greeted();
      for (const id of [1, 2]) stage.client({ id, method: "tools/call" });
      stage.client({ method: "notifications/cancelled", params: { requestId: 1 } });
      stage.cut();
      stage.client({ method: "notifications/cancelled", params: { requestId: 2 } });
      greetAgain(stage);
      expect(stage.takeSent().slice(1)).toEqual([
        ["tools/call", 1, 2],
        ["notifications/cancelled", undefined, undefined],
        ["tools/call", 2, 3],
        ["notifications/cancelled", undefined, undefined],
      ]);
      expect(stage.conversation.isAwaited).toBe(false);
      stage.server({ id: 1, result: {} });
      expect(stage.said).toEqual([]);
    },
  );

  test("that the server has is forgotten, and one of a request that was never sent takes it back", async () => {
    const stage = greeted();
    stage.client({ id: 1, method: "tools/call" });
    stage.client({ method: "notifications/cancelled", params: { requestId: 1 } });
    await stage.delivered();
    expect(stage.conversation.unanswered).toBe(0);
    stage.cut();
    stage.client({ id: 2, method: "tools/call" });
    stage.client({ method: "notifications/cancelled", params: { requestId: 2 } });
    expect(stage.conversation.unanswered).toBe(0);
  });
});

promise(
  "lost.reconnect",
  "what a server refuses because it is about to stop is asked again of the next one, and told to nobody",
  async () => {
    const stage = greeted();
    const code = "admission.draining";
    for (const id of [1, 2, 3, 4]) stage.client({ id, method: "tools/call" });
    stage.server({ id: 1, result: { structuredContent: { fault: { code } }, isError: true } });
    stage.server({ id: 2, error: { code: -32000, message: "", data: { code } } });
    stage.sent[2]?.settle(new Fault(code, "Cannot start a call: the daemon is stopping"));
    // A call that has ended so is no refusal.
    stage.server({ id: 4, result: { structuredContent: { call: "c1", fault: { code } } } });
    await new Promise(setImmediate);
    expect(stage.said.map(({ id }) => id)).toEqual([4]);
    stage.cut();
    greetAgain(stage);
    expect(stage.takeSent().slice(1)).toEqual([1, 2, 3].map((id) => ["tools/call", id, id + 1]));
  },
);

promise(
  "lost.reconnect",
  "what the server asked is taken back when it is cut, and an answer to it goes nowhere",
  () => {
    const stage = greeted();
    stage.server({ id: "x.1", method: "elicitation/create" });
    stage.cut();
    expect(stage.said.map(({ method, params }) => [method, (params as { requestId?: string })?.requestId])).toEqual([
      ["elicitation/create", undefined],
      ["notifications/cancelled", "x.1"],
    ]);
    greetAgain(stage);
    stage.takeSent();
    stage.client({ id: "x.1", result: { action: "accept" } });
    expect(stage.takeSent()).toEqual([]);
    stage.server({ id: "y.1", method: "elicitation/create" });
    stage.client({ id: "y.1", result: { action: "accept" } });
    expect(stage.takeSent()).toEqual([[undefined, "y.1", undefined]]);
  },
);

describe("a client that floods", () => {
  promise("leak.memory", "has 256 requests with the server, and 1,024 at most; the next is told so", () => {
    const stage = greeted();
    for (let id = 1; id <= 1025; id++) stage.client({ id, method: "ping" });
    expect(stage.takeSent()).toHaveLength(256);
    expect(stage.said).toMatchObject([{ id: 1025, error: { data: { code: "admission.overloaded" } } }]);
    stage.server({ id: 1, result: {} });
    expect(stage.takeSent()).toEqual([["ping", 257, 258]]);
  });

  test("or uses an id twice is refused that request, and a server's refusal is its answer", async () => {
    const stage = greeted();
    stage.client({ id: 1, method: "ping" });
    stage.client({ id: 1, method: "ping" });
    expect(stage.said).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    stage.sent[0]?.settle(new Fault("input.too-large", "Cannot send it: too large"));
    await new Promise(setImmediate);
    expect(stage.said[1]).toMatchObject({ id: 1, error: { code: -32000, data: { code: "input.too-large" } } });
    expect(stage.conversation.unanswered).toBe(0);
  });
});

test("an answer of the client's that cannot be carried is told to the server, which waits for it", async () => {
  const stage = greeted();
  stage.server({ id: "x.1", method: "elicitation/create" });
  stage.client({ id: "x.1", result: {} });
  const [answer] = stage.sent;
  stage.takeSent();
  answer?.settle(new Fault("input.too-large", "Cannot send it: too large"));
  await new Promise(setImmediate);
  expect(stage.sent[0]?.message).toMatchObject({ id: "x.1", error: { code: -32600 } });
});

test("where there will be no daemon everything that is awaited is answered, once", () => {
  const stage = greeted();
  stage.client({ id: 1, method: "tools/call" });
  stage.cut();
  stage.conversation.giveUp(new Fault("client.disconnected", "Cannot ask the daemon: it is away"));
  expect(stage.said).toMatchObject([{ id: 1, error: { data: { code: "client.disconnected" } } }]);
  greetAgain(stage);
  stage.server({ id: 1, result: {} });
  expect(stage.said).toHaveLength(1);
});

test("another daemon's tools are told to who was promised a word", () => {
  const stage = greeted();
  stage.conversation.toolsChanged();
  expect(stage.said).toMatchObject([{ method: "notifications/tools/list_changed" }]);
});
