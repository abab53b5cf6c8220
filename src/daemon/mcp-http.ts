import type { McpDoor } from "../gateways/http/parts.ts";
import type { McpServers } from "../gateways/mcp/mcp-servers.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";

/** MCP over HTTP, made when somebody first asks for it. */
export function openMcpHttp(beginning: Beginning, core: Core, servers: () => Promise<McpServers>): McpDoor {
  const { clock, version, settings, lifecycle, observation } = beginning;
  const made = lifecycle.lazily("MCP over HTTP", async () => {
    // First, because they load what both need in their own way.
    const opened = await servers();
    const { McpHttp: Http } = await import("../gateways/mcp/http/mcp-http.ts");
    const { epoch } = core.store;
    const told = { epoch, version, sessionTtlMs: settings.sessions.ttlMs };
    const { doors, presences, rates } = core;
    const reports = observation.telemetry;
    return new Http({ servers: opened, reports, doors, presences, rates, clock, settings: told });
  });
  return { serve: async (asked, body) => await (await made()).serve(asked, body) };
}
