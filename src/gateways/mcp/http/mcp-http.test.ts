import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { sentEvents } from "../../../../test/support/http-rig.ts";
import { McpHttpRig, modern, type Sending } from "../../../../test/support/mcp-http-rig.ts";
import { Cancelled } from "../../../base/abort.ts";

const toolCall = () => modern("tools/call", { name: "any" });

function without(sending: Sending, header: string): Sending {
  const { [header]: _gone, ...headers } = sending.headers ?? {};
  return { ...sending, headers };
}

describe("headers that lack or contradict the body", () => {
  const cases: [string, Sending][] = [
    ["no version", without(toolCall(), "mcp-protocol-version")],
    ["another version", modern("tools/list", {}, { "mcp-protocol-version": "2025-11-25" })],
    ["no method", without(toolCall(), "mcp-method")],
    ["another method", modern("tools/list", {}, { "mcp-method": "prompts/list" })],
    ["no name", without(toolCall(), "mcp-name")],
    ["another name", modern("tools/call", { name: "any" }, { "mcp-name": "other" })],
    ["a name that is no base64", modern("tools/call", { name: "any" }, { "mcp-name": "=?base64?!!?=" })],
    ["a name that is no UTF-8", modern("tools/call", { name: "any" }, { "mcp-name": "=?base64?gICA?=" })],
  ];
  for (const [what, sending] of cases)
    promise("auth.frames", `${what}: 400 and −32020, under the request's own id`, async () => {
      await using rig = await McpHttpRig.open();
      const { status, json } = await rig.ask(sending);
      expect([status, json.error.code, json.id]).toEqual([400, -32020, 1]);
      expect(rig.servers.opened).toBe(0);
    });

  test("a name that no header can carry comes as base64", async () => {
    await using rig = await McpHttpRig.open();
    const encoded = `=?base64?${Buffer.from("čaj").toString("base64")}?=`;
    const answer = rig.ask(modern("tools/call", { name: "čaj" }, { "mcp-name": encoded }));
    (await rig.servers.next()).answer({ content: [] });
    expect((await answer).status).toBe(200);
  });
});

promise("auth.frames", "what is no request of a known version or method is refused by name", async () => {
  await using rig = await McpHttpRig.open();
  const _meta = { "io.modelcontextprotocol/protocolVersion": "2099-01-01" };
  const version = await rig.ask(modern("tools/list", { _meta }, { "mcp-protocol-version": "2099-01-01" }));
  expect(version.json.error).toMatchObject({
    code: -32022,
    data: { supported: ["2026-07-28"], requested: "2099-01-01" },
  });
  const method = await rig.ask(modern("nothing/here"));
  expect([method.status, method.json.error.code, method.json.id]).toEqual([404, -32601, 1]);
  const garbage = await rig.ask({ body: { hello: "world" } });
  expect([garbage.status, garbage.json.error.code]).toEqual([400, -32600]);
  const old = await rig.ask({
    headers: { "mcp-protocol-version": "1999-01-01" },
    body: { ...(modern("ping").body as object), params: {} },
  });
  expect(old.status).toBe(400);
  const homeless = await rig.ask({ body: { jsonrpc: "2.0", id: 5, method: "tools/list" } });
  expect([homeless.status, homeless.json.id]).toEqual([400, 5]);
});

test("an exchange is JSON until there is news, and none where its client reads no events", async () => {
  await using rig = await McpHttpRig.open();
  const streamed = rig.ask(toolCall());
  const first = await rig.servers.next();
  const note = { method: "notifications/progress" as const, params: { progressToken: 1, progress: 1 } };
  await first.context.mcpReq.notify(note);
  first.answer({ content: [] });
  const { headers, text } = await streamed;
  expect(headers["content-type"]).toBe("text/event-stream");
  expect(text.match(/^data: .*$/gm)).toHaveLength(2);
  const plain = rig.ask(modern("tools/call", { name: "any" }, { accept: "application/json" }));
  const second = await rig.servers.next();
  await second.context.mcpReq.notify(note);
  second.answer({ content: [] });
  expect((await plain).json).toMatchObject({ id: 1, result: { content: [], resultType: "complete" } });
});

promise("leak.task", "closing the stream of an exchange is its client's cancel", async () => {
  await using rig = await McpHttpRig.open();
  const request = rig.send(toolCall());
  const held = await rig.servers.next();
  expect(held.peer.closing).toBe("cancels");
  request.destroy();
  await expect.poll(() => held.context.mcpReq.signal.aborted).toBe(true);
});

test("a stop of the daemon, or the end of a token, ends an exchange and cancels nothing", async () => {
  await using rig = await McpHttpRig.open();
  const request = rig.ask(toolCall()).catch(() => "closed");
  const held = await rig.servers.next();
  rig.stopping.abort(new Cancelled("shutdown"));
  await request;
  expect(held.context.mcpReq.signal.aborted).toBe(false);
  held.answer({ content: [] });
});

describe("listening", () => {
  const listen = (notifications: object) => modern("subscriptions/listen", { notifications });

  test("says first what it keeps of the filter, tells only that, and ends with a result", async () => {
    await using rig = await McpHttpRig.open();
    const wishes = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ["own://a", "other://b"],
    };
    const events = sentEvents(await rig.begin(listen(wishes)));
    const told = async () => JSON.parse((await events.next()).value?.data ?? "");
    expect((await told()).params).toMatchObject({
      notifications: { toolsListChanged: true, resourceSubscriptions: ["own://a"] },
      _meta: { "io.modelcontextprotocol/subscriptionId": 1 },
    });
    for (const listener of rig.servers.listeners) {
      listener({ kind: "prompts_list_changed" });
      listener({ kind: "tools_list_changed" });
    }
    expect(await told()).toMatchObject({ method: "notifications/tools/list_changed" });
    rig.stopping.abort(new Cancelled("shutdown"));
    expect(await told()).toMatchObject({ id: 1, result: { resultType: "complete" } });
  });

  promise("leak.handle", "a listener who goes away is forgotten, and counts as a connection until then", async () => {
    await using rig = await McpHttpRig.open();
    const response = await rig.begin(listen({ toolsListChanged: true }));
    await sentEvents(response).next();
    expect([rig.connections, rig.servers.listeners.size]).toEqual([1, 1]);
    response.destroy();
    await expect.poll(() => [rig.connections, rig.servers.listeners.size]).toEqual([0, 0]);
  });

  test("a filter that does not fit is refused, one that asks for nothing ends at once", async () => {
    await using rig = await McpHttpRig.open();
    expect((await rig.ask(modern("subscriptions/listen"))).json.error.code).toBe(-32602);
    expect((await rig.ask(listen({}))).text).toContain('"resultType":"complete"');
  });
});

promise("auth.frames", "who asks for more than a megabyte and does not read it is cut", async () => {
  await using rig = await McpHttpRig.open();
  const response = await rig.begin(listenTo("own://a"));
  response.pause();
  const closed = new Promise((resolve) => response.once("close", resolve));
  const padding = "x".repeat(64 * 1024);
  while (rig.servers.listeners.size > 0) {
    for (const listener of rig.servers.listeners) listener({ kind: "tools_list_changed", params: { padding } });
    await new Promise(setImmediate);
  }
  response.on("error", () => {}).destroy();
  await closed;
  expect(rig.connections).toBe(0);
});

function listenTo(uri: string): Sending {
  return modern("subscriptions/listen", { notifications: { toolsListChanged: true, resourceSubscriptions: [uri] } });
}
