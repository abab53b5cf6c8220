import { z } from "zod";
import type { Fault } from "../../protocol/fault.ts";
import { sendJson } from "../answers/send-json.ts";
import { readJson } from "./body.ts";
import { lastEventId } from "./cursor.ts";
import type { Exchange } from "./exchange.ts";
import type { McpDoor } from "./parts.ts";
import type { Route } from "./routes.ts";
import type { HttpSettings } from "./settings.ts";

export interface McpRouteParts {
  mcp: McpDoor;
  settings: HttpSettings;
}

const mcpPath = "/mcp";
const metadataPath = "/.well-known/oauth-protected-resource";

const mcpTakes = {
  "Mcp-Method": "The method of a request of 2026-07-28",
  "Mcp-Name": "The tool, prompt or resource that it is about",
  "Mcp-Protocol-Version": "The revision that was agreed on",
  "Mcp-Session-Id": "The session, in the revisions that have some",
} as const;

/** What a browser's MCP client sends beside the rest. */
export const mcpHeaders = Object.keys(mcpTakes).join(", ");

const guardMetadata = z.object({
  resource: z.string(),
  resource_name: z.string(),
  bearer_methods_supported: z.array(z.string()),
});

/** MCP under one path, and the description of what guards it (RFC 9728), at the place of its path and at the root. */
export function mcpRoutes({ mcp, settings }: McpRouteParts): Route[] {
  return [
    {
      verb: "POST",
      path: mcpPath,
      contract: {
        summary: "An MCP message; answered with JSON or server-sent events",
        takes: mcpTakes,
        answers: {
          200: { means: "What MCP answers", plain: ["application/json", "text/event-stream"] },
          202: { means: "It was taken" },
        },
      },
      access: "token",
      handle: async (asked) => await mcp.serve(asked, await readJson(asked.request, settings.maxBodyBytes)),
    },
    {
      verb: "GET",
      path: mcpPath,
      contract: {
        summary: "A stream of an MCP session, begun or gone on with",
        takes: { ...mcpTakes, ...lastEventId },
        answers: { 200: { means: "What MCP sends", plain: ["text/event-stream"] } },
      },
      access: "token",
      handle: (asked) => mcp.serve(asked),
    },
    {
      verb: "DELETE",
      path: mcpPath,
      contract: {
        summary: "End an MCP session",
        takes: mcpTakes,
        answers: { 204: { means: "It has ended" } },
      },
      access: "token",
      handle: (asked) => mcp.serve(asked),
    },
    ...[metadataPath, `${metadataPath}${mcpPath}`].map((path) => metadataRoute(path, settings)),
  ];
}

function metadataRoute(path: string, settings: HttpSettings): Route {
  return {
    verb: "GET",
    path,
    contract: {
      summary: "What guards /mcp (RFC 9728)",
      answers: { 200: { means: "Where a token is shown", json: guardMetadata } },
    },
    access: "open",
    handle: async (exchange) => sendJson(exchange.response, 200, metadataOf(exchange, settings)),
  };
}

/** Where a client that showed no good token for MCP reads what would be one. */
export function challenge(
  { request, response }: Pick<Exchange, "request" | "response">,
  settings: HttpSettings,
  fault: Fault,
): void {
  if (fault.http !== 401 || response.headersSent || request.url?.split("?", 1)[0] !== mcpPath) return;
  const at = `${originOf(request, settings)}${metadataPath}${mcpPath}`;
  response.setHeader("WWW-Authenticate", `Bearer resource_metadata="${at}"`);
}

/** Tokens are made by `exai tokens create`: no authorization server is named, because there is none. */
function metadataOf({ request }: Exchange, settings: HttpSettings) {
  return {
    resource: `${originOf(request, settings)}${mcpPath}`,
    resource_name: "EXAI",
    bearer_methods_supported: ["header"],
  };
}

/** As the client sees it; its Host was found to be one of ours. */
function originOf({ headers }: Exchange["request"], { tls, proxy }: HttpSettings): string {
  const isSecure = tls !== undefined || (proxy === "trusted" && headers["x-forwarded-proto"] === "https");
  return `${isSecure ? "https" : "http"}://${headers.host ?? "localhost"}`;
}
