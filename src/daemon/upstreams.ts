import { homedir } from "node:os";
import { McpConnector } from "../adapters/upstreams/mcp/mcp-connector.ts";
import type { Clock } from "../base/clock.ts";
import type { Ids } from "../base/ids.ts";
import type { Paths } from "../core/processes/commands/paths.ts";
import type { ProcessHost, Way } from "../core/processes/process-host.ts";
import type { Missing } from "../core/tools/registry.ts";
import type { ServerSessions } from "../core/upstreams/server-sessions.ts";
import { Upstreams } from "../core/upstreams/upstreams.ts";
import type { Workspace } from "../core/workspace/workspace.ts";
import type { PrincipalId } from "../protocol/ids.ts";
import { commandPath } from "./commands.ts";
import type { LivePart, Settings } from "./config/settings.ts";
import type { Observation } from "./observation.ts";
import { scrubber } from "./telemetry/scrub.ts";

export interface UpstreamsParts {
  settings: Settings;
  current: () => LivePart;
  version: string;
  clock: Clock;
  ids: Ids;
  processes: ProcessHost;
  paths: Paths;
  leastWay: Way | undefined;
  workspace: Pick<Workspace, "directory">;
  observation: Pick<Observation, "log">;
}

/** As whom the daemon itself looks what a server has; nobody's token can be this one's. */
const itself = "the-daemon" as PrincipalId;

/** The servers of `mcpServers`; they are looked at in the background, and the daemon is ready without them. */
export function openUpstreams(parts: UpstreamsParts): Upstreams {
  const { settings, workspace, ids, clock, observation } = parts;
  const connector = new McpConnector({
    ...parts,
    hold: (roots, path, signal) => workspace.directory({ roots }, path, signal),
    newId: () => ids.next(),
    path: commandPath,
    home: homedir(),
    variable: (name) => parts.current().tools.variable(name),
    scrubber,
  });
  const daemon = { principal: itself, role: "owner", roots: settings.roots } as const;
  const upstreams = new Upstreams({ servers: settings.tools.upstreams, connector, clock, daemon });
  void upstreams.settled(new AbortController().signal).then(() => tellMissing(upstreams, observation));
  return upstreams;
}

function tellMissing({ all }: Upstreams, { log }: Pick<Observation, "log">): void {
  for (const { name, reason } of all.flatMap(missingOf)) log.warn({ tool: name, reason }, "a tool is missing");
}

/** Servers that nobody can use now, and tools of theirs that are not offered; of the owner's own only that it is so. */
export function missingUpstreams({ all }: Upstreams): Missing[] {
  return all.flatMap((sessions) => {
    if (sessions.refusal({ role: "user" }) === undefined) return missingOf(sessions);
    const { name } = sessions.server;
    return sessions.fault === undefined ? [] : [{ name, reason: "it fails; the owner sees why with `exai upstreams`" }];
  });
}

function missingOf({ server: { name }, fault, known }: ServerSessions): Missing[] {
  if (fault !== undefined) return [{ name, reason: fault.message }];
  return (known?.left ?? []).map(({ name: tool, reason }) => ({ name: `${name}.${tool}`, reason }));
}
