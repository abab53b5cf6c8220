import type { Tool } from "../../core/tools/tool.ts";
import { agentTool } from "../../tools/agent/agent-tool.ts";
import { checkProgram } from "../../tools/exec/plan.ts";
import type { ShelfParts } from "./parts.ts";
import { plannedOf } from "./planned.ts";

export async function openAgentTools(parts: ShelfParts): Promise<Tool[]> {
  const { workspace, toolFor, settings } = parts;
  const [asked, { evidence }] = await Promise.all([parts.asked(), parts.found()]);
  const planned = plannedOf(parts);
  return [
    agentTool({
      ...{ ...asked, workspace, evidence, toolFor, timeoutMs: settings.deadlines.agentMs },
      checkProgram: (owner, name) => checkProgram(planned, owner, name),
    }),
  ];
}
