import { callView } from "../../protocol/result.ts";
import { sendJson } from "../answers/send-json.ts";
import { type EventParts, eventQuery, streamEvents } from "./events.ts";
import { type ExecuteParts, execute, executeBody } from "./execute.ts";
import { type McpRouteParts, mcpRoutes } from "./mcp-routes.ts";
import { openapiOf } from "./openapi.ts";
import { type OutputParts, outputQuery, sendOutput } from "./output.ts";
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
      contract: {
        summary: "Start a call and wait for its end",
        params: executeBody,
        answer: callView,
        accepted: callView,
      },
      access: "token",
      handle: (asked) => execute(parts, asked),
    },
    {
      verb: "GET",
      path: "/api/v1/calls/:call/events",
      contract: { summary: "The journal of a call, as server-sent events", params: eventQuery },
      access: "token",
      handle: (asked) => streamEvents(parts, asked),
    },
    {
      verb: "GET",
      path: "/api/v1/calls/:call/output",
      contract: { summary: "The bytes of a call: a page, or server-sent events", params: outputQuery },
      access: "token",
      handle: (asked) => sendOutput(parts, asked),
    },
    ...operationRoutes(parts),
    ...probeRoutes(parts),
    ...mcpRoutes(parts),
  ];
  return [...routes, documentRoute(routes, parts.settings.version)];
}

function documentRoute(routes: readonly Route[], version: string): Route {
  let text: object | undefined;
  return {
    verb: "GET",
    path: "/openapi.json",
    contract: { summary: "This document" },
    access: "open",
    async handle({ response }) {
      text ??= openapiOf(routes, version);
      sendJson(response, 200, text);
    },
  };
}
