import type { Models } from "../models/models.ts";
import { threadFor } from "../threads/continuation.ts";
import { defineTool, type Tool } from "../tools/tool.ts";
import type { StepInput } from "./fields.ts";
import type { StepParts } from "./incoming.ts";
import { inputOfWorkflow } from "./input.ts";
import { outputOfWorkflow } from "./output.ts";
import { takeStep } from "./take-step.ts";
import type { Workflow } from "./workflow.ts";

export interface WorkflowParts extends StepParts {
  models: Pick<Models, "slot">;
  /** How long one step may take, the expert's answer included. */
  timeoutMs: number;
}

/**
 * The tool of a workflow. Each call is one step, which is answered at once with what to examine next; the last one asks
 * the expert, where the workflow has one. All state is what the thread has on record.
 */
export function workflowTool(parts: WorkflowParts, workflow: Workflow): Tool {
  return defineTool({
    name: workflow.name,
    title: workflow.title,
    description: workflow.description,
    ...(workflow.expert === undefined && { annotations: { openWorldHint: false } }),
    input: inputOfWorkflow(workflow),
    output: outputOfWorkflow(workflow),
    scope: "tools",
    lane: "work",
    // The same words mean another answer once a file, a diff or the thread has changed.
    idempotent: false,
    resumable: true,
    onDisconnect: "keep",
    version: workflow.version,
    timeoutMs: () => parts.timeoutMs,
    provider: ({ next_step_required: goesOn, use_assistant_model: wanted = parts.asksExpert, model }: StepInput) =>
      workflow.expert !== undefined && !goesOn && wanted ? parts.models.slot(model) : undefined,
    thread: threadFor,
    run: async (context, input) => await takeStep(parts, { workflow, context, input }),
  });
}
