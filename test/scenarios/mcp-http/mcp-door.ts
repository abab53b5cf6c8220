import { setTimeout as delay } from "node:timers/promises";
import { ask, type Door } from "../http-door.ts";

export interface SessionOf extends Door {
  headers: Record<string, string>;
}

export interface RpcMessage {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

const accept = "application/json, text/event-stream";

/** One MCP message over POST. */
export async function post({ headers, ...door }: SessionOf, message: object, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  return await ask(door, "/mcp", { method: "POST", headers: { accept, ...headers }, body, ...(signal && { signal }) });
}

/** Opens a session of 2025-11-25. */
export async function openSession({ url, token }: Door): Promise<SessionOf> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  const opened = await post({ url, token, headers: {} }, { id: 0, method: "initialize", params });
  await opened.text();
  const id = opened.headers.get("mcp-session-id");
  if (id === null) throw new Error(`no session: ${opened.status}`);
  return { url, token, headers: { "mcp-session-id": id, "mcp-protocol-version": "2025-11-25" } };
}

/** A session, once the daemon takes calls: after its start on a busy machine it may think itself overloaded. */
export async function untilCalm(door: Door): Promise<SessionOf> {
  const session = await openSession(door);
  for (;;) {
    const answer = await post(session, {
      id: 0,
      method: "tools/call",
      params: { name: "echo", arguments: { text: "" } },
    });
    if (!(await answer.text()).includes('"isError":true')) return session;
    await delay(200);
  }
}

/** Goes on with a stream, or begins the session's own. */
export async function stream(session: SessionOf, lastEventId?: string, signal?: AbortSignal): Promise<Response> {
  const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const headers = { ...session.headers, ...resume, accept: "text/event-stream" };
  return await ask(session, "/mcp", { headers, ...(signal && { signal }) });
}

/** The events of a stream as they come: the id and the message, which an event that only carries its id lacks. */
export async function* events(
  response: Response,
): AsyncGenerator<{ id: string | undefined; message?: RpcMessage }, void> {
  if (response.body === null) return;
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, id] = /^id: (.*)$/m.exec(block) ?? [];
      const [, data = ""] = /^data: ?(.*)$/m.exec(block) ?? [];
      if (!block.startsWith(":")) yield data === "" ? { id } : { id, message: JSON.parse(data) };
    }
  }
}

/** A principal of its own with a token, made by the owner. */
export async function another(owner: Door, name: string): Promise<Door & { id: string }> {
  const principal = await made(owner, "/api/v1/principals", { name, role: "user" });
  const created = await made(owner, "/api/v1/tokens", { name, principal: principal["id"], scopes: ["tools"] });
  const { id } = created["view"] as { id: string };
  return { url: owner.url, token: String(created["token"]), id };
}

async function made(owner: Door, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await ask(owner, path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Until the daemon is back: a client that cannot reach it tries again. */
export async function untilReached<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await delay(50);
    }
  }
}
