import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { profiles } from "../../src/core/tools/profiles.ts";
import type { ToolView } from "../../src/protocol/tool-view.ts";
import { tokensOf } from "../../test/support/tool-tokens.ts";
import { Daemon } from "../daemon.ts";
import { atMost, type Bench, type Finding, type Row } from "../row.ts";

export const toolLists: Row = {
  number: 9,
  name: "tool-lists",
  what: "what each profile's tool list costs a client's models, as MCP sends it",
  run,
};

const mostTokens = 3500;

async function run(bench: Bench): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const profile of profiles) {
    await using daemon = await Daemon.start({ installed: bench.installed, env: { TOOL_PROFILE: profile } });
    const tools = await listed(daemon);
    const tokens = tools.reduce((sum, tool) => sum + tokensOf(tool), 0);
    bench.say(`${profile}: ${tools.length} tools, ${tokens} tokens`);
    findings.push({
      what: `${profile}, ${tools.length} tools`,
      product: tokens,
      unit: "tokens",
      ...(profile === "standard" && { goal: atMost(tokens, mostTokens, `≤ ${mostTokens} tokens`) }),
    });
  }
  return findings;
}

async function listed({ url, token }: Daemon): Promise<ToolView[]> {
  const address = new URL("/mcp", url.replace("ws", "http"));
  const client = new Client({ name: "bench", version: "1" });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }));
  try {
    return (await client.listTools()).tools as unknown as ToolView[];
  } finally {
    await client.close();
  }
}
