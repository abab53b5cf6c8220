import type { Tool } from "../core/tools/tool.ts";
import type { McpServers } from "../gateways/mcp/mcp-servers.ts";

/** What an entry may add to the daemon that the one composition root builds. The product's own entry adds nothing. */
export interface Additions {
  readonly tools?: readonly Tool[];
  /** Servers that answer more than the product's do. */
  readonly mcp?: typeof McpServers;
}
