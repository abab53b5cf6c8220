import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon } from "../../support/daemon.ts";

test("MCP that could not be loaded is loaded with the next request, without a restart", async () => {
  await using daemon = await startDaemon();
  // What is no file cannot be read as the key.
  const key = join(daemon.home, "mcp.key");
  await mkdir(key);
  const knock = async () => {
    const headers = {
      authorization: `Bearer ${daemon.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    const clientInfo = { name: "test", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const answer = await fetch(`${daemon.url}/mcp`, { method: "POST", headers, body });
    await answer.text();
    return answer.status;
  };
  expect(await knock()).toBe(500);
  await rmdir(key);
  expect(await knock()).toBe(200);
});
