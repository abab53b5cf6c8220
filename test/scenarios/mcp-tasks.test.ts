import { expect, test } from "vitest";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { ask, type Door } from "./http-door.ts";
import { another, events, post, untilCalm } from "./mcp-http/mcp-door.ts";

const revision = "2026-07-28";
const capabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };

type Answer = Record<string, unknown>;

/** What a client that knows tasks sends. */
async function sent(door: Door, method: string, { name, ...params }: Answer & { name?: string }): Promise<Response> {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": { name: "scenario", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  const { url, token } = door;
  const headers = {
    "mcp-protocol-version": revision,
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  };
  const asked = method === "tools/call" ? { name, ...params, _meta } : { ...params, _meta };
  return await post({ url, token, headers }, { id: 1, method, params: asked });
}

/** One exchange of it. */
async function exchange(door: Door, method: string, params: Answer & { name: string }): Promise<Answer> {
  const answer = await sent(door, method, params);
  const { result } = (await answer.json()) as { result?: Answer };
  return result ?? expect.unreachable(`${method} was refused`);
}

promise(
  ["lost.accepted", "lost.any-connection"],
  "a task is there after the daemon was killed, and comes to its result",
  async () => {
    await using daemon = await startDaemon();
    const input = { text: "back", delayMs: 4000 };
    const created = await exchange(daemon, "tools/call", { name: "echo", arguments: input });
    const taskId = String(created["taskId"]);
    expect(created).toMatchObject({ resultType: "task", status: "working" });
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const look = async () => await exchange(daemon, "tasks/get", { name: taskId, taskId });
    let task = await look();
    while (task["status"] === "working") task = await look();
    expect(task).toMatchObject({ taskId, status: "completed", result: { content: [{ text: "back" }] } });
  },
);

test("who listens to a task is told how it stands, and what it comes to; of another's it hears nothing", async () => {
  await using daemon = await startDaemon();
  await untilCalm(daemon);
  const bob = await another(daemon, "bob");
  const input = { text: "heard", delayMs: 3000 };
  const task = async (door: Door) =>
    String((await exchange(door, "tools/call", { name: "echo", arguments: input }))["taskId"]);
  const [own, others] = [await task(daemon), await task(bob)];
  const listening = await sent(daemon, "subscriptions/listen", { notifications: { taskIds: [own, others, "none"] } });
  const told: unknown[] = [];
  for await (const { message } of events(listening)) {
    told.push({ [message?.method ?? ""]: message?.params?.["notifications"] ?? message?.params?.["status"] });
    if (message?.params?.["status"] !== "completed") continue;
    expect(message.params).toMatchObject({ taskId: own, result: { content: [{ text: "heard" }] } });
    break;
  }
  expect(told[0]).toEqual({ "notifications/subscriptions/acknowledged": { taskIds: [own] } });
  expect(told.at(-1)).toEqual({ "notifications/tasks": "completed" });
});

function typeOf(message: object = {}): string {
  return "type" in message ? String(message.type) : "";
}

promise(
  "proc.disconnect",
  "a client of 2025-11-25 that has a task's handle may be gone when the daemon comes back from a kill: the task goes on",
  async () => {
    await using daemon = await startDaemon({ env: { EXAI_DISCONNECT_GRACE_SECS: "1" } });
    const session = await untilCalm(daemon);
    const params = { name: "echo", arguments: { text: "back", delayMs: 8000 }, task: { ttl: 60_000 } };
    const created = await (await post(session, { id: 1, method: "tools/call", params })).text();
    const [, taskId = ""] = /"taskId":"([^"]+)"/.exec(created) ?? [];
    const journal = async () => await ask(daemon, `/api/v1/calls/${taskId}/events`);
    for await (const { message } of events(await journal())) if (typeOf(message) === "call.released") break;
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const types: string[] = [];
    for await (const { message } of events(await journal())) types.push(typeOf(message));
    expect(types.filter((type) => type === "call.released")).toHaveLength(1);
    expect(types).toContain("call.succeeded");
  },
);
