import type { UpstreamView } from "../../protocol/upstream-views.ts";
import type { Caller } from "../tenants/caller.ts";
import { requireScope } from "../tenants/scopes.ts";
import { isProgram } from "../upstreams/server.ts";
import type { ServerSessions } from "../upstreams/server-sessions.ts";
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
  const isShown = refusal === undefined;
  return {
    name: server.server.name,
    kind: isProgram(server.server) ? "program" : "address",
    state,
    ...(reason !== undefined && { reason: reason.message }),
    tools: isShown ? [...(offer?.tools.keys() ?? [])] : [],
    left: isShown ? [...(offer?.left ?? [])] : [],
    own: own.map((view) => ({ ...view, said: [...view.said] })),
    sessions: server.sessions,
    // It runs with the rights of the owner, and may say so.
    said: caller.role === "owner" ? [...server.said] : [],
  };
}
