import type { Tool } from "../../core/tools/tool.ts";
import { workflowTool } from "../../core/workflows/workflow-tool.ts";
import { docgen } from "../../tools/workflows/docgen/docgen.ts";
import { investigations } from "../../tools/workflows/investigations.ts";
import { planner } from "../../tools/workflows/planner/planner.ts";
import { tracer } from "../../tools/workflows/tracer/tracer.ts";
import type { ShelfParts } from "./parts.ts";

/** Those that investigate and ask an expert, and those that ask nobody. */
export async function openWorkflowTools(parts: ShelfParts): Promise<Tool[]> {
  const { workspace, settings } = parts;
  const [asked, { evidence }] = await Promise.all([parts.asked(), parts.found()]);
  const { expertMs } = settings.deadlines;
  const steps = { ...asked, workspace, evidence, expertMs, asksExpert: settings.tools.asksExpert };
  const workflows = [...investigations({ evidence }), planner, tracer({ evidence }), docgen];
  return workflows.map((workflow) => workflowTool(steps, workflow));
}
