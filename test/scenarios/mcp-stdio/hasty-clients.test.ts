import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { markedProcesses } from "../marked-processes.ts";
import { another } from "../mcp-http/mcp-door.ts";
import { daemonOver, doorOf, program, toolsOf } from "../upstreams/servers.ts";
import { StdioClient } from "./stdio-client.ts";

const _meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "scenario", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

promise(
  "auth.frames",
  "a client over stdio that cancels what it listens to while that begins ends nothing of anybody's",
  async () => {
    await using daemon = await startDaemon();
    const bob = await another(daemon, "bob");
    await using client = new StdioClient({ env: { ...daemon.clientEnv, EXAI_TOKEN: bob.token } });
    await client.request("tools/list", { _meta });
    const uris = Array.from({ length: 64 }, (_, n) => `exai://calls/01KAG5CR4M00000000000000${10 + n}/result`);
    const notifications = { resourceSubscriptions: uris, toolsListChanged: true };
    const lineOf = (message: object) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
    const hasty = Array.from({ length: 20 }, (_, n) => [
      lineOf({ id: `l${n}`, method: "subscriptions/listen", params: { notifications, _meta } }),
      lineOf({ method: "notifications/cancelled", params: { requestId: `l${n}`, _meta } }),
    ]);
    client.write(hasty.flat().join(""));
    client.send({ id: "stays", method: "subscriptions/listen", params: { notifications, _meta } });
    const isGone = daemon.ended().then(() => "the daemon is gone");
    const acknowledged = client.heard(
      ({ method, params }) =>
        method === "notifications/subscriptions/acknowledged" && JSON.stringify(params?.["_meta"]).includes("stays"),
    );
    expect(await Promise.race([acknowledged, isGone])).toMatchObject({
      params: { notifications: { toolsListChanged: true } },
    });
    expect(await readFile(join(daemon.home, "logs/exai.log"), "utf8")).not.toContain('"a bug"');
  },
);

promise(
  "leak.stop",
  "a client that is killed before its subscription is answered hinders no stop, and its program ends",
  async () => {
    await using daemon = await daemonOver({ notebook: program("mcp-notebook", [], { idleMs: 1000 }) });
    const bob = await doorOf(daemon, "bob");
    while (!(await toolsOf(bob)).includes("notebook.remember")) await new Promise(setImmediate);
    await expect.poll(() => markedProcesses(daemon.home)).toEqual([]);
    {
      await using client = await StdioClient.open({ env: { ...daemon.clientEnv, EXAI_TOKEN: bob.token } });
      client.send({ id: "cut", method: "resources/subscribe", params: { uri: "exai://servers/notebook/note://all" } });
      await expect.poll(() => markedProcesses(daemon.home).length, { interval: 10 }).toBeGreaterThan(0);
    }
    await expect.poll(() => markedProcesses(daemon.home)).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  },
);
