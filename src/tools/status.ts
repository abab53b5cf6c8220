import { z } from "zod";
import type { Operations } from "../core/operations/operations.ts";
import type { Missing } from "../core/tools/registry.ts";
import { renamed } from "../core/tools/renamed.ts";
import { type ControlRequest, type ControlTool, defineControl } from "../core/tools/tool.ts";
import type { StatusView } from "../protocol/daemon-methods.ts";

export interface StatusToolParts {
  status: () => Promise<StatusView>;
  /** Tools that are not offered, and why. */
  missing: () => readonly Missing[];
  /** Which tools are shown: the setting TOOL_PROFILE. */
  profile: string;
  operations: () => Pick<Operations, "call.list">;
}

/** What went wrong lately is asked of the caller's own calls alone. */
const lastFailures = 5;

/** What others ask for in a request of theirs; here it is always told. */
const always = {
  tail_lines: null,
  log_lines: null,
  include_tools: null,
  doctor: null,
  probe: null,
  show_advanced: null,
};

/** How the daemon is: what it does, what it lacks and why, and what failed lately; answered under pressure too. */
export function statusTool(parts: StatusToolParts): ControlTool {
  return defineControl({
    name: "status",
    title: "Status",
    description: "Tells how this server is: load, providers, missing tools, your recent failures.",
    annotations: { openWorldHint: false },
    input: renamed(z.strictObject({}), always),
    async answer(request) {
      const view = await parts.status();
      const missing = parts.missing();
      const failures = await failuresOf(parts, request);
      const { profile } = parts;
      return { content: textOf(view, { missing, failures }), data: { ...view, profile, missing, failures } };
    },
  });
}

async function failuresOf({ operations }: StatusToolParts, request: ControlRequest) {
  const { calls } = await operations()["call.list"](request, { limit: lastFailures, phase: "failed" });
  return calls.map(({ call, tool, endedAt, fault }) => ({ call, tool, endedAt, fault }));
}

type Failures = Awaited<ReturnType<typeof failuresOf>>;

function textOf(view: StatusView, { missing, failures }: { missing: readonly Missing[]; failures: Failures }): string {
  const phases = Object.entries(view.phases).map(([phase, count]) => `${count} ${phase}`);
  const ready = view.providers.filter((provider) => provider.ready).map(({ name }) => name);
  const absent = view.providers.filter((provider) => !provider.ready);
  return [
    `exai ${view.version}, up ${Math.round(view.uptimeMs / 60_000)} min, pressure ${view.pressure}, ${Math.round(view.memoryBytes / 1e6)} MB`,
    `calls: ${phases.length > 0 ? phases.join(", ") : "none"}`,
    `providers ready: ${ready.length > 0 ? ready.join(", ") : "none"}`,
    ...absent.map(({ name, reason }) => `${name} is not ready: ${reason ?? "it gives no reason"}`),
    `commands run in way ${view.confinement.way}`,
    ...missing.map(({ name, reason }) => `tool ${name} is missing: ${reason}`),
    ...failures.map(({ call, tool, fault }) => `${call} ${tool} failed: ${fault?.message ?? "nobody knows why"}`),
  ].join("\n");
}
