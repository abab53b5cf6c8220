import type { IncomingMessage } from "node:http";
import type { Tool } from "../core/tools/tool.ts";
import type { McpAdditions } from "../gateways/mcp/mcp-additions.ts";

/** What an entry may add to the daemon that the one composition root builds. The product's own entry adds nothing. */
export interface Additions {
  readonly tools?: readonly Tool[];
  readonly mcp?: McpAdditions;
  /** The token of an HTTP request that shows none; what is not good is refused as ever. */
  readonly credential?: (request: IncomingMessage) => string | undefined;
}
