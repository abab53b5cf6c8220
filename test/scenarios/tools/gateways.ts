import { setTimeout as wait } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { exai } from "../../support/command-line.ts";
import { ownEnvironment } from "../../support/daemon.ts";
import { RawClient } from "../../support/raw-client.ts";
import { ask, type Door } from "../http-door.ts";
import { socketUrl } from "../socket-client.ts";

const busyMs = 1000;
const longestMs = 120_000;

/** Calls a tool as one gateway does it, and answers all that its client was told, as text. */
export type Gateway = (door: Door, tool: string, input: Record<string, unknown>) => Promise<string>;

const each: Readonly<Record<string, Gateway>> = {
  "the WebSocket": async (door, tool, input) => {
    using session = await openSession(door);
    return await session.call(tool, input);
  },
  HTTP: async (door, tool, input) => {
    const init = { method: "POST", body: JSON.stringify({ tool, arguments: input }) };
    return await (await ask(door, "/api/v1/execute", init)).text();
  },
  "MCP of sessions": (door, tool, input) => mcp(door, { tool, input }, "2025-11-25"),
  "MCP without sessions": (door, tool, input) => mcp(door, { tool, input }, "2026-07-28"),
  "the command line": async ({ url, token }, tool, input) => {
    const env = { ...ownEnvironment(), EXAI_URL: url, EXAI_TOKEN: token, EXAI_AUTOSTART: "0" };
    const { stdout, stderr } = await exai(["call", tool, "--input", JSON.stringify(input), "--json"], { env });
    return `${stdout}${stderr}`;
  },
};

export const gateways: Readonly<Record<string, Gateway>> = Object.fromEntries(
  Object.entries(each).map(([name, call]) => [name, patiently(call)]),
);

/** Asks again as often as a machine that is busy with other things refuses. */
function patiently<W extends unknown[]>(call: (...wish: W) => Promise<string>): (...wish: W) => Promise<string> {
  return async (...wish) => {
    for (;;) {
      const said = await call(...wish);
      if (!said.includes('"admission.overloaded"') && !said.includes("expected less load")) return said;
      await wait(busyMs);
    }
  };
}

export interface Session extends Disposable {
  call(tool: string, input: Record<string, unknown>): Promise<string>;
}

/** One connection for many calls, each answered with all that came of it. */
export async function openSession(door: Door): Promise<Session> {
  const { client } = await RawClient.open(socketUrl(door), { token: door.token });
  const call = async (tool: string, input: Record<string, unknown>) => {
    const started = await client.request("call.start", { tool, input });
    const { call, answer } = started.result ?? {};
    if (call === undefined || answer !== undefined) return JSON.stringify(started);
    return JSON.stringify(await client.request("call.wait", { call, timeoutMs: longestMs }));
  };
  return { call: patiently(call), [Symbol.dispose]: () => client[Symbol.dispose]() };
}

/** An official client over HTTP that speaks this revision, until it is disposed. */
export async function mcpClient({ url, token }: Door, revision: string): Promise<Client & AsyncDisposable> {
  const negotiation = revision === "2025-11-25" ? ({ mode: "legacy" } as const) : { mode: { pin: revision } };
  const client = new Client({ name: "table", version: "1" }, { versionNegotiation: negotiation });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

async function mcp(
  door: Door,
  { tool, input }: { tool: string; input: Record<string, unknown> },
  revision: string,
): Promise<string> {
  await using client = await mcpClient(door, revision);
  try {
    return JSON.stringify(await client.callTool({ name: tool, arguments: input }));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return JSON.stringify({ error: { message: error.message, ...("data" in error && { data: error.data }) } });
  }
}
