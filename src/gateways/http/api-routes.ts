import { sendJson } from "../answers/send-json.ts";
import { type EventParts, eventsContract, streamEvents } from "./events.ts";
import { type ExecuteParts, execute, executeContract } from "./execute.ts";
import { type McpRouteParts, mcpRoutes } from "./mcp-routes.ts";
import { type OutputParts, sendOutput } from "./output.ts";
import { outputContract } from "./output-contract.ts";
import { type ProbeParts, probeRoutes } from "./probes.ts";
import { operationRoutes, type Route } from "./routes.ts";
import type { HttpSettings } from "./settings.ts";

type ApiParts = EventParts & ExecuteParts & OutputParts & ProbeParts & McpRouteParts & { settings: HttpSettings };

/** Every route there is; the document that describes them is the last of them. */
export function apiRoutes(parts: ApiParts): Route[] {
  const routes: Route[] = [
    {
      verb: "POST",
      path: "/api/v1/execute",
      contract: executeContract,
      access: "token",
      handle: (asked) => execute(parts, asked),
    },
    {
      verb: "GET",
      path: "/api/v1/calls/:call/events",
      contract: eventsContract,
      access: "token",
      handle: (asked) => streamEvents(parts, asked),
    },
    {
      verb: "GET",
      path: "/api/v1/calls/:call/output",
      contract: outputContract,
      access: "token",
      handle: (asked) => sendOutput(parts, asked),
    },
    ...operationRoutes(parts),
    ...probeRoutes(parts),
    ...mcpRoutes(parts),
  ];
  routes.push(documentRoute(routes, parts.settings.version));
  return routes;
}

function documentRoute(routes: readonly Route[], version: string): Route {
  let text: object | undefined;
  return {
    verb: "GET",
    path: "/openapi.json",
    contract: { summary: "This document", answers: { 200: { means: "OpenAPI 3.1", plain: ["application/json"] } } },
    access: "open",
    async handle({ response }) {
      // Most daemons are never asked for it.
      text ??= (await import("./openapi.ts")).openapiOf(routes, version);
      sendJson(response, 200, text);
    },
  };
}
