import { z } from "zod";
import type { Evidence } from "../../core/evidence/evidence.ts";
import type { Facts } from "../../core/workflows/facts.ts";
import { investigating, type StepInput } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import { defineWorkflow, type Examined, type Workflow } from "../../core/workflows/workflow.ts";
import { Fault } from "../../protocol/fault.ts";

const kinds = ["architecture", "performance", "security", "quality", "general"] as const;
const mostSuggested = 50;

/** How a system is built, and what follows from that. */
export function analyze({ evidence }: { evidence: Pick<Evidence, "changes"> }): Workflow {
  return defineWorkflow({
    name: "analyze",
    title: "Analyze",
    description: "Assesses code or architecture in steps; at the end an expert model weighs the findings.",
    version: "1",
    takes: investigating,
    fields: {
      analysis_type: z.enum(kinds).optional(),
      output_format: z.enum(["summary", "detailed", "actionable"]).optional(),
    },
    expert: {
      instructions:
        "You are a software architect who assesses a system from what was found in it. Say how it is really built, what that makes easy and what it makes hard, and where it will break first as it grows. Tell what is systemic from what is local. For each point give the evidence, the consequence and the cheapest improvement, the weightiest first. Keep to the wanted kind of analysis and to the wanted format: summary, detailed or actionable.",
    },
    actions: (run) => guided(guidance, run),
    examine: (examined, signal) => suggestFiles(evidence, examined, signal),
    carries: (run) => saidLast(run, ["analysis_type", "output_format"]),
  });
}

const guidance = {
  first: [
    "Map the ground: entry points, main modules, who depends on whom, where state lives.",
    "Read the largest and the most depended-on files first, and name them in relevant_files.",
  ],
  exploring: [
    "Follow one request or one datum through all layers, and note where it is copied, converted or checked.",
    "Note what is done twice, what knows too much of others, and what has no owner.",
  ],
  narrowing: [
    "Weigh each finding: how often does it hurt, whom, and what does it cost to change?",
    "Look for what contradicts the picture so far: the module that does it differently, and why.",
  ],
  confirming: [
    "Check each main statement against one more place in the code.",
    "Order what you found by weight, then end with next_step_required: false.",
  ],
};

/** Where the caller names no file, what was changed lately is where to begin. */
async function suggestFiles(
  evidence: Pick<Evidence, "changes">,
  { context, step, before }: Examined,
  signal: AbortSignal,
): Promise<Facts> {
  if (before !== undefined || namesFiles(step)) return {};
  try {
    const { repository, files } = await evidence.changes(context, { staged: true, unstaged: true }, signal);
    const paths = [...new Set(files.map(({ path }) => `${repository}/${path}`))].slice(0, mostSuggested);
    if (paths.length === 0) return {};
    return {
      data: { suggested_files: paths },
      actions: [`You named no files. Begin with what is changed and not committed: ${paths.slice(0, 8).join(", ")}.`],
    };
  } catch (error) {
    // No repository, or no git: there is nothing to suggest.
    if (error instanceof Fault && !signal.aborted) return {};
    throw error;
  }
}

function namesFiles({ relevant_files: relevant = [], files_checked: checked = [] }: StepInput): boolean {
  return relevant.length + checked.length > 0;
}
