import type { UpstreamView } from "../../protocol/upstream-views.ts";
import type { Caller } from "../tenants/caller.ts";
import { requireScope } from "../tenants/scopes.ts";
import { addressAt } from "../upstreams/addresses.ts";
import { isProgram } from "../upstreams/server.ts";
import type { ServerSessions } from "../upstreams/server-sessions.ts";
import type { Offer } from "../upstreams/upstream.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import type { Operations } from "./operations.ts";

export interface UpstreamOperationParts {
  upstreams: Pick<Upstreams, "all">;
}

/** Which servers stand behind the daemon, and what a caller has of them. */
export function upstreamOperations({ upstreams }: UpstreamOperationParts): Pick<Operations, "upstream.list"> {
  return {
    "upstream.list": async ({ caller }) => {
      requireScope(caller, "tools");
      return { upstreams: upstreams.all.map((server) => viewOf(server, caller)) };
    },
  };
}

function viewOf(server: ServerSessions, caller: Caller): UpstreamView {
  const offer = server.offerTo(caller.principal);
  const refusal = server.refusal(caller);
  const own = server.sessionsOf(caller.principal).map((session) => session.view());
  const state = refusal !== undefined ? "refused" : offer !== undefined ? "ready" : server.fault ? "failed" : "unknown";
  const reason = refusal ?? (offer === undefined ? server.fault : undefined);
  const { name } = server.server;
  return {
    name,
    kind: isProgram(server.server) ? "program" : "address",
    state,
    ...(reason !== undefined && { reason: reason.message }),
    ...offered(name, refusal === undefined ? offer : undefined),
    own: own.map((view) => ({ ...view, said: [...view.said] })),
    sessions: server.sessions,
    // It runs with the rights of the owner, and may say so.
    said: caller.role === "owner" ? [...server.said] : [],
  };
}

function offered(
  server: string,
  offer: Offer | undefined,
): Pick<UpstreamView, "tools" | "prompts" | "templates" | "resources" | "left"> {
  if (offer === undefined) return { tools: [], prompts: [], templates: [], resources: false, left: [] };
  return {
    tools: [...offer.tools.keys()],
    prompts: [...offer.prompts.keys()],
    templates: [...offer.templates.keys()].map((uri) => addressAt({ server, uri })),
    resources: offer.hasResources,
    left: [...offer.left],
  };
}
