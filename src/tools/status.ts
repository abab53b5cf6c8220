import { z } from "zod";
import type { ControlTool } from "../core/tools/tool.ts";
import type { StatusView } from "../protocol/methods.ts";

/** What the daemon is doing now; answered under pressure too. */
export function statusTool({ status }: { status: () => Promise<StatusView> }): ControlTool {
  return {
    name: "status",
    title: "Status",
    description: "Tells what the daemon is doing: calls by phase, permits, sessions, pressure, providers.",
    input: z.strictObject({}),
    async answer() {
      const view = await status();
      const phases = Object.entries(view.phases).map(([phase, count]) => `${count} ${phase}`);
      const calls = phases.length > 0 ? phases.join(", ") : "none";
      return { content: `exai ${view.version}, pressure ${view.pressure}, calls: ${calls}`, data: view };
    },
  };
}
