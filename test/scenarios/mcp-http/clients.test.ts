import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FormerTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, ownEnvironment, startDaemon } from "../../support/daemon.ts";
import type { Door } from "../http-door.ts";
import { untilCalm } from "./mcp-door.ts";

const run = promisify(execFile);
const inspector = join(
  import.meta.dirname,
  "../../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);
const name = { name: "test", version: "1" };
const reconnectionOptions = {
  initialReconnectionDelay: 100,
  maxReconnectionDelay: 1000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 100,
};

function linkTo({ url, token }: Door) {
  return [
    new URL(`${url}/mcp`),
    { requestInit: { headers: { authorization: `Bearer ${token}` } }, reconnectionOptions },
  ] as const;
}

async function clientOf(door: Door, mode: "legacy" | "modern") {
  const client = new Client(name, {
    versionNegotiation: { mode: mode === "legacy" ? "legacy" : { pin: "2026-07-28" } },
  });
  await client.connect(new StreamableHTTPClientTransport(...linkTo(door)));
  return { client, [Symbol.asyncDispose]: async () => await client.close() };
}

async function formerClientOf(door: Door) {
  const client = new FormerClient(name);
  // Its own types know no exact optional properties.
  await client.connect(new FormerTransport(...linkTo(door)) as Parameters<typeof client.connect>[0]);
  return { client, [Symbol.asyncDispose]: async () => await client.close() };
}

for (const mode of ["legacy", "modern"] as const)
  test(`the official client lists tools and calls them, ${mode}`, async () => {
    await using daemon = await startDaemon();
    await untilCalm(daemon);
    await using connected = await clientOf(daemon, mode);
    const { tools } = await connected.client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("chat");
    const answer = await connected.client.callTool({ name: "echo", arguments: { text: "hello" } });
    expect(answer.content).toEqual([{ type: "text", text: "hello" }]);
    expect(answer.structuredContent).toMatchObject({ phase: "succeeded", result: { content: "hello" } });
  });

/** A call that the daemon's end falls into: killed once the client has a position, and started again. */
async function killedMeanwhile(
  daemon: DaemonProcess,
  call: (options: { onresumptiontoken: (position: string) => void }) => Promise<unknown>,
): Promise<unknown> {
  const positioned = Promise.withResolvers<string>();
  const answer = call({ onresumptiontoken: positioned.resolve });
  answer.catch(positioned.reject);
  await positioned.promise;
  await daemon.kill("SIGKILL");
  await daemon.restart();
  return await answer;
}

const slow = { name: "echo", arguments: { text: "hello", delayMs: 5000 } };
const answered = { structuredContent: { phase: "succeeded", result: { content: "hello" } } };

promise("lost.reconnect", "the official client gets its answer though the daemon is killed meanwhile", async () => {
  await using daemon = await startDaemon();
  await untilCalm(daemon);
  await using connected = await clientOf(daemon, "legacy");
  expect(await killedMeanwhile(daemon, (options) => connected.client.callTool(slow, options))).toMatchObject(answered);
});

promise(
  "lost.reconnect",
  "the former official client gets its answer though the daemon is killed meanwhile",
  async () => {
    await using daemon = await startDaemon();
    await untilCalm(daemon);
    await using connected = await formerClientOf(daemon);
    expect((await connected.client.listTools()).tools.length).toBeGreaterThan(5);
    expect(
      await killedMeanwhile(daemon, (options) => connected.client.callTool(slow, undefined, options)),
    ).toMatchObject(answered);
  },
);

for (const era of ["legacy", "modern"])
  test(`the Inspector's command line lists tools and calls one over HTTP, ${era}`, async () => {
    await using daemon = await startDaemon({ env: { TOOL_PROFILE: "full" } });
    await untilCalm(daemon);
    const inspect = async (...method: string[]) => {
      const flags = ["--transport", "http", "--protocol-era", era, "--header", `Authorization: Bearer ${daemon.token}`];
      const env = { ...ownEnvironment(), HOME: daemon.home };
      const asked = [
        inspector,
        "--cli",
        `${daemon.url}/mcp`,
        ...flags,
        "--stored-auth-only",
        ...method,
        "--format",
        "json",
        "-q",
      ];
      return JSON.parse((await run(process.execPath, asked, { env })).stdout);
    };
    const listed = await inspect("--method", "tools/list");
    expect(JSON.stringify(listed)).toContain('"echo"');
    const called = await inspect("--method", "tools/call", "--tool-name", "echo", "--tool-arg", "text=hello");
    expect(JSON.stringify(called)).toContain("hello");
  });
