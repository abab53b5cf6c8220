import { expect } from "vitest";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import type { Door } from "./http-door.ts";
import { post } from "./mcp-http/mcp-door.ts";

const revision = "2026-07-28";
const capabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };

type Answer = Record<string, unknown>;

/** One exchange of a client that knows tasks. */
async function exchange(door: Door, method: string, { name, ...params }: Answer & { name: string }): Promise<Answer> {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": { name: "scenario", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  const { url, token } = door;
  const headers = { "mcp-protocol-version": revision, "mcp-method": method, "mcp-name": name };
  const asked = method === "tools/call" ? { name, ...params, _meta } : { ...params, _meta };
  const answer = await post({ url, token, headers }, { id: 1, method, params: asked });
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
