import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import {
  another,
  events,
  openSession,
  post,
  type RpcMessage,
  type SessionOf,
  stream,
  untilCalm,
  untilReached,
} from "./mcp-door.ts";

const slow = (text: string) => ({
  id: "asked once",
  method: "tools/call",
  params: { name: "echo", arguments: { text, delayMs: 2500 }, _meta: { progressToken: "p" } },
});

/** The position that a client has before the answer; then it is gone. */
async function cutBeforeTheAnswer(session: SessionOf, text: string): Promise<string> {
  // To leave the loop is to close the connection.
  for await (const { id } of events(await post(session, slow(text)))) if (id !== undefined) return id;
  throw new Error("the stream gave no position");
}

async function messagesOf(response: Response): Promise<RpcMessage[]> {
  const messages: RpcMessage[] = [];
  for await (const { message } of events(response)) if (message !== undefined) messages.push(message);
  return messages;
}

promise(
  "lost.reconnect",
  "a stream that was cut goes on over another connection, with the answer under its request's own id",
  async () => {
    await using daemon = await startDaemon();
    const session = await openSession(daemon);
    const position = await cutBeforeTheAnswer(session, "hello");
    const messages = await messagesOf(await stream(session, position));
    const answers = messages.filter(({ id }) => id === "asked once");
    expect(answers).toHaveLength(1);
    expect(answers[0]?.result).toMatchObject({
      structuredContent: { phase: "succeeded", result: { content: "hello" } },
    });
  },
);

promise(
  ["lost.reconnect", "lost.accepted"],
  "a stream goes on after kill -9: session, position and call are what the disk says, and each answer comes once",
  async () => {
    await using daemon = await startDaemon();
    const session = await untilCalm(daemon);
    const texts = ["first", "second", "third"];
    const positions = await Promise.all(texts.map((text) => cutBeforeTheAnswer(session, text)));
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const resumed = positions.map(async (position) => messagesOf(await untilReached(() => stream(session, position))));
    for (const [index, messages] of (await Promise.all(resumed)).entries())
      expect(messages.filter(({ id }) => id === "asked once")).toMatchObject([
        { result: { structuredContent: { phase: "succeeded", result: { content: texts[index] } } } },
      ]);
    const listed = await post(session, { id: 9, method: "tools/list" });
    expect(listed.status, "the session goes on too").toBe(200);
    await listed.text();
  },
);

promise("auth.expiry", "the end of a token closes the streams that it opened, and its sessions are gone", async () => {
  await using daemon = await startDaemon();
  const eve = await another(daemon, "eve");
  const session = await openSession(eve);
  const open = await stream(session);
  const closed = messagesOf(open).catch(() => "cut");
  const revoked = await fetch(`${daemon.url}/api/v1/tokens/${eve.id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${daemon.token}` },
  });
  expect(revoked.status).toBe(200);
  await revoked.text();
  await closed;
  const after = await post(session, { id: 1, method: "tools/list" });
  expect(after.status).toBe(401);
  await after.text();
  const taken = await post({ ...session, token: daemon.token }, { id: 1, method: "tools/list" });
  expect(taken.status).toBe(404);
  await taken.text();
});

promise(
  "share.sessions",
  "a principal has so many sessions, over which address ever: one too many is a clear error",
  async () => {
    await using daemon = await startDaemon({ env: { EXAI_MAX_SESSIONS: "2" } });
    const [eve, bob] = [await another(daemon, "eve"), await another(daemon, "bob")];
    await openSession(eve);
    const last = await openSession(eve);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const refused = await post({ ...eve, headers: {} }, { id: 0, method: "initialize", params });
    expect([refused.status, await refused.json()]).toMatchObject([429, { fault: { code: "session.limit" } }]);
    await openSession(bob);
    const ended = await fetch(`${daemon.url}/mcp`, {
      method: "DELETE",
      headers: { ...last.headers, authorization: `Bearer ${eve.token}` },
    });
    expect(ended.status).toBe(204);
    await openSession(eve);
  },
);
