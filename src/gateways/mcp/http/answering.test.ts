import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { sentEvents } from "../../../../test/support/http-rig.ts";
import { began, McpHttpRig } from "../../../../test/support/mcp-http-rig.ts";

const call = { jsonrpc: "2.0", id: "mine", method: "tools/call", params: { name: "any", _meta: { progressToken: 7 } } };

function progress(seq: number) {
  const params = { progressToken: 7, progress: seq, _meta: { "exai/seq": seq } };
  return { method: "notifications/progress" as const, params };
}

/** The next event, of which the data is a message or nothing. */
async function next(events: AsyncGenerator<{ id?: string; data?: string; comment?: true }, void>) {
  const { value } = await events.next();
  if (value === undefined) return undefined;
  return { id: value.id, message: value.data === undefined || value.data === "" ? undefined : JSON.parse(value.data) };
}

/** The stream of a call that was cut behind its event number 3, and the position that its client has. */
async function cutStream(rig: McpHttpRig, session: Awaited<ReturnType<McpHttpRig["session"]>>) {
  const request = rig.send({ ...session, body: call });
  const { promise: responded, resolve } = Promise.withResolvers<IncomingMessage>();
  request.once("response", resolve);
  const held = await rig.servers.next();
  began(held, "call-1");
  await held.context.mcpReq.notify(progress(3));
  const events = sentEvents(await responded);
  expect((await next(events))?.message).toBeUndefined();
  const last = await next(events);
  expect(last?.message).toMatchObject(progress(3));
  request.destroy();
  await expect.poll(() => rig.connections).toBe(0);
  return { held, position: String(last?.id) };
}

test("an answer that comes at once is JSON; one with news before it is a stream that ends with it", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const plain = rig.ask({ ...session, body: call });
  (await rig.servers.next()).answer({ content: [] });
  expect((await plain).json).toEqual({ jsonrpc: "2.0", id: "mine", result: { content: [] } });
  const streamed = rig.ask({ ...session, body: call });
  const held = await rig.servers.next();
  await held.context.mcpReq.notify(progress(1));
  held.answer({ content: [] });
  const { headers, text } = await streamed;
  expect(headers["content-type"]).toBe("text/event-stream");
  expect(text.match(/^data: .*$/gm)?.map((line) => JSON.parse(line.slice(6)))).toMatchObject([
    progress(1),
    { id: "mine", result: { content: [] } },
  ]);
});

promise("lost.reconnect", "a call that is silent gives its client a position after a quarter of a second", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const response = rig.begin({ ...session, body: call });
  const held = await rig.servers.next();
  began(held, "call-1");
  await rig.clock.advance(250);
  const events = sentEvents(await response);
  expect(await next(events)).toEqual({ id: expect.stringMatching(/^e1:[\w-]+$/), message: undefined });
  held.answer({ content: [] });
  expect((await next(events))?.message).toMatchObject({ id: "mine" });
});

test("clients of older revisions are sent no event without a message, and a client without events gets JSON", async () => {
  await using rig = await McpHttpRig.open();
  const old = await rig.session("ada", "2025-03-26");
  const older = rig.ask({ ...old, body: call });
  const plain = rig.ask({ ...old, headers: { ...old.headers, accept: "application/json" }, body: call });
  for (const held of [await rig.servers.next(), await rig.servers.next()]) {
    began(held, "call-1");
    await held.context.mcpReq.notify(progress(1));
    await rig.clock.advance(500);
    held.answer({ content: [] });
  }
  expect((await older).text).not.toContain("data: \n");
  expect((await plain).json).toMatchObject({ id: "mine" });
});

for (const start of ["the same start", "a later start"] as const)
  promise("lost.reconnect", `a stream that was cut goes on behind what its client has, in ${start}`, async () => {
    await using rig = await McpHttpRig.open();
    const session = await rig.session();
    const { held, position } = await cutStream(rig, session);
    expect(held.context.mcpReq.signal.aborted, "a cut cancels nothing").toBe(false);
    if (start === "a later start") await rig.restart();
    const headers = { ...session.headers, "last-event-id": position };
    const response = rig.begin({ ...session, method: "GET", headers });
    const resumed = await rig.servers.next();
    expect(resumed.request).toMatchObject({
      method: "exai/resume",
      params: { call: "call-1", after: 3, progressToken: 7 },
    });
    const events = sentEvents(await response);
    await resumed.context.mcpReq.notify(progress(4));
    const told = await next(events);
    expect(told?.message).toMatchObject(progress(4));
    resumed.answer({ content: [] });
    expect((await next(events))?.message).toEqual({ jsonrpc: "2.0", id: "mine", result: { content: [] } });
    expect(await next(events)).toBeUndefined();
    expect(told?.id).not.toBe(position);
  });

promise("lost.reconnect", "a reader who comes back takes over: each message goes out once", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const response = rig.begin({ ...session, body: call });
  const held = await rig.servers.next();
  began(held, "call-1");
  await held.context.mcpReq.notify(progress(3));
  const old = sentEvents(await response);
  await next(old);
  const position = String((await next(old))?.id);
  const again = rig.begin({ ...session, method: "GET", headers: { ...session.headers, "last-event-id": position } });
  const resumed = await rig.servers.next();
  await held.context.mcpReq.notify(progress(4));
  held.answer({ content: [] });
  expect(await next(old)).toBeUndefined();
  await resumed.context.mcpReq.notify(progress(4));
  resumed.answer({ content: [] });
  const messages: unknown[] = [];
  for await (const { data } of sentEvents(await again)) messages.push(JSON.parse(data ?? ""));
  expect(messages).toMatchObject([progress(4), { id: "mine" }]);
});

promise("lost.reconnect", "a position of another history goes on from its beginning; garbage is refused", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const { position } = await cutStream(rig, session);
  const elsewhere = position.replace("e1:", "e0:");
  const response = rig.begin({
    ...session,
    method: "GET",
    headers: { ...session.headers, "last-event-id": elsewhere },
  });
  const resumed = await rig.servers.next();
  expect(resumed.request.params).toMatchObject({ call: "call-1", after: 0 });
  resumed.answer({});
  await (await response).toArray();
  const garbage = await rig.ask({
    ...session,
    method: "GET",
    headers: { ...session.headers, "last-event-id": "e1:x" },
  });
  expect(garbage.status).toBe(400);
});

promise("leak.cross-tenant", "only the daemon itself goes on with a call of which a client names the id", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const params = { call: "call-1", after: 0 };
  const asked = await rig.ask({ ...session, body: { jsonrpc: "2.0", id: 1, method: "exai/resume", params } });
  expect([asked.status, asked.json.error.code]).toEqual([404, -32601]);
});

promise("leak.task", "a cancel by the client's own id reaches the request, wherever it is answered", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const answer = rig.ask({ ...session, body: call });
  const held = await rig.servers.next();
  const params = { requestId: "mine", reason: "enough" };
  const cancelled = await rig.ask({ ...session, body: { jsonrpc: "2.0", method: "notifications/cancelled", params } });
  expect(cancelled.status).toBe(202);
  await expect.poll(() => held.context.mcpReq.signal.aborted).toBe(true);
  expect((await answer).status).toBe(202);
});

test("what a server asks of its client goes over the stream of the request, and the answer comes back to it", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const response = rig.begin({ ...session, body: call });
  const held = await rig.servers.next();
  const params = {
    mode: "form" as const,
    message: "Sure?",
    requestedSchema: { type: "object" as const, properties: {} },
  };
  const elicited = held.context.mcpReq.send({ method: "elicitation/create", params });
  const events = sentEvents(await response);
  const question = (await next(events))?.message;
  expect(question).toMatchObject({ method: "elicitation/create" });
  const result = { action: "accept", content: {} };
  expect((await rig.ask({ ...session, body: { jsonrpc: "2.0", id: question.id, result } })).status).toBe(202);
  expect(await elicited).toMatchObject({ action: "accept" });
  held.answer({ content: [] });
  expect((await next(events))?.message).toMatchObject({ id: "mine" });
});

test("changes of lists are told on the session's own stream; who was cut from it is told that there may be some", async () => {
  await using rig = await McpHttpRig.open();
  const session = await rig.session();
  const stream = await rig.begin({ ...session, method: "GET" });
  const events = sentEvents(stream);
  const primed = await next(events);
  for (const listener of rig.servers.listeners) listener({ kind: "tools_list_changed" });
  expect((await next(events))?.message).toMatchObject({ method: "notifications/tools/list_changed" });
  stream.destroy();
  const headers = { ...session.headers, "last-event-id": String(primed?.id) };
  const again = await rig.begin({ ...session, method: "GET", headers });
  const told = sentEvents(again);
  expect((await next(told))?.message).toBeUndefined();
  expect((await next(told))?.message).toMatchObject({ method: "notifications/tools/list_changed" });
  again.destroy();
  await expect.poll(() => rig.connections).toBe(0);
});
