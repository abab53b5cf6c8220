import type { ThreadId } from "../../protocol/ids.ts";
import type { OptionalField } from "./fields.ts";
import { newestOf } from "./notes.ts";
import type { Run } from "./run.ts";
import type { Workflow } from "./workflow.ts";

/** A call that can be sent as it is but for what was found meanwhile. */
export interface NextCall {
  tool: string;
  arguments: Record<string, unknown>;
}

/** What a caller says once and means for the whole workflow. */
const kept = ["model", "temperature", "thinking_mode", "use_websearch", "use_assistant_model"] as const;

/** The next step: numbered, on its thread, with what its tool would have examined as its words, and a place for what is found. */
export function nextStep({ workflow, thread }: { workflow: Workflow; thread: ThreadId }, run: Run): NextCall {
  const { input } = newestOf(run);
  const number = input.step_number + 1;
  const total = Math.max(input.total_steps, number);
  const takes = (name: OptionalField) => workflow.takes.includes(name);
  const said = kept.filter((name) => takes(name) && input[name] !== undefined).map((name) => [name, input[name]]);
  return {
    tool: workflow.name,
    arguments: {
      step: workflow.actions(run)[0] ?? `Step ${number}`,
      step_number: number,
      total_steps: total,
      next_step_required: number < total,
      continuation_id: thread,
      ...(takes("findings") && { findings: "" }),
      ...(takes("confidence") && { confidence: input.confidence ?? "low" }),
      ...(takes("hypothesis") && input.hypothesis !== undefined && { hypothesis: input.hypothesis }),
      ...Object.fromEntries(said),
      ...workflow.carries?.(run),
    },
  };
}

/** The newest step once more: what failed in it is tried again. */
export function sameStep({ workflow, thread }: { workflow: Workflow; thread: ThreadId }, run: Run): NextCall {
  const { input } = newestOf(run);
  const said = Object.entries(input).filter(([, value]) => value !== undefined);
  return { tool: workflow.name, arguments: { ...Object.fromEntries(said), continuation_id: thread } };
}
