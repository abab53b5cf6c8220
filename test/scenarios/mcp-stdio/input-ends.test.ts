import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { lives } from "./official-client.ts";
import { StdioClient } from "./stdio-client.ts";

const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "printf", version: "1" } };

promise("lost.accepted", "what was asked before the input ended is answered, and then the shim ends", async () => {
  await using daemon = await startDaemon();
  await using client = await StdioClient.open({ env: daemon.clientEnv });
  const asked = { name: "echo", arguments: { text: "late", delayMs: 3000 } };
  client.send({ id: "last", method: "tools/call", params: asked });
  expect(await client.end()).toBe(0);
  expect(client.answered).toContain("last");
});

test("requests that come by themselves start a daemon where none runs, and each is answered", async () => {
  await using daemon = await startDaemon();
  await daemon.stop();
  const env = { ...daemon.clientEnv, EXAI_AUTOSTART: "1", EXAI_WS_PORT: "0", EXAI_EXEC_CONFINEMENT: "C" };
  await using client = new StdioClient({ env });
  client.send({ id: 0, method: "initialize", params: hello });
  client.send({ method: "notifications/initialized" });
  client.send({ id: 1, method: "tools/list" });
  expect(await client.end()).toBe(0);
  const [, pid = ""] = /started a daemon in the background, process (\d+)/.exec(client.stderr) ?? [];
  process.kill(Number(pid), "SIGTERM");
  expect((await client.answer(0)).result).toMatchObject({ protocolVersion: "2025-11-25" });
  expect((await client.answer(1)).result).toHaveProperty("tools");
  await expect.poll(() => lives(Number(pid))).toBe(false);
});

test("a subscription keeps no shim whose input has ended", async () => {
  await using daemon = await startDaemon();
  await using client = new StdioClient({ env: daemon.clientEnv });
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "printf", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { notifications: { toolsListChanged: true }, _meta };
  client.send({ id: 1, method: "subscriptions/listen", params });
  await client.heard(({ method }) => method === "notifications/subscriptions/acknowledged");
  expect(await client.end()).toBe(0);
  expect(client.stderr).toBe("");
});
