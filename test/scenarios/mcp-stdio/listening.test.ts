import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { another } from "../mcp-http/mcp-door.ts";
import { program } from "../upstreams/servers.ts";
import { type Said, StdioClient } from "./stdio-client.ts";

const version = "2026-07-28";
const _meta = {
  "io.modelcontextprotocol/protocolVersion": version,
  "io.modelcontextprotocol/clientInfo": { name: "scenario", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } },
};
const subscription = "io.modelcontextprotocol/subscriptionId";
const all = "exai://servers/notebook/note://all";

const isOf = (method: string, id: string) => (said: Said) => {
  const { [subscription]: of } = (said.params?.["_meta"] ?? {}) as Record<string, unknown>;
  return said.method === method && of === id;
};

promise(
  ["lost.reconnect", "leak.cross-tenant"],
  "a client over stdio listens to its tasks and to resources, over a kill of the daemon too, and not to another's",
  async () => {
    const servers = { notebook: program("mcp-notebook") };
    await using daemon = await startDaemon({
      env: { EXAI_MCP_SERVERS: JSON.stringify(servers), EXAI_EXEC_MIN_CONFINEMENT: "C" },
    });
    const bob = await another(daemon, "bob");
    await using bobs = new StdioClient({ env: { ...daemon.clientEnv, EXAI_TOKEN: bob.token } });
    await using client = new StdioClient({ env: daemon.clientEnv });
    const task = async (of: StdioClient, delayMs: number) => {
      for (;;) {
        const params = { name: "echo", arguments: { text: "heard", delayMs }, _meta };
        const { result } = await of.request("tools/call", params);
        if (result?.["resultType"] === "task") return String(result["taskId"]);
      }
    };
    const [own, others] = [await task(client, 6000), await task(bobs, 6000)];
    const filter = { taskIds: [own, others, "none"], resourceSubscriptions: [all, "exai://servers/none/note://all"] };
    const listed = await client.request("resources/list", { _meta });
    expect(JSON.stringify(listed.result)).toContain(all);
    client.send({ id: "listens", method: "subscriptions/listen", params: { notifications: filter, _meta } });
    const { params } = await client.heard(isOf("notifications/subscriptions/acknowledged", "listens"));
    expect(params?.["notifications"]).toEqual({ taskIds: [own], resourceSubscriptions: [all] });
    const note = { name: "notebook.remember", arguments: { note: "milk" }, _meta };
    await client.request("tools/call", note);
    expect((await client.heard(isOf("notifications/resources/updated", "listens"))).params).toMatchObject({ uri: all });
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const { params: last } = await client.heard(
      (said) => said.method === "notifications/tasks" && said.params?.["status"] === "completed",
    );
    expect(last).toMatchObject({ taskId: own, result: { content: [{ text: "heard" }] } });
    client.send({ method: "notifications/cancelled", params: { requestId: "listens", _meta } });
    await client.request("tools/list", { _meta });
    expect(client.answered).not.toContain("listens");
    client.send({ id: "nothing", method: "subscriptions/listen", params: { notifications: {}, _meta } });
    expect((await client.answer("nothing")).result).toMatchObject({ resultType: "complete" });
    const wrong = await client.request("subscriptions/listen", { notifications: { taskIds: "all" }, _meta });
    expect(wrong.error?.code).toBe(-32602);
  },
);
