import { Fault } from "../../protocol/fault.ts";
import type { CallContext } from "../calls/work.ts";
import { nameOf } from "../models/choice.ts";
import type { Turn } from "../threads/turn.ts";
import { askExpert, type ExpertParts, type Judged } from "./ask-expert.ts";
import { skippedBy } from "./expert-rule.ts";
import type { Facts } from "./facts.ts";
import type { ExpertOutcome, Run } from "./run.ts";
import type { Workflow } from "./workflow.ts";

/** What came of the expert, and what they said. Nothing where the workflow has none. */
interface Judgement {
  expert?: ExpertOutcome;
  judged?: Judged;
}

/**
 * Lets the expert judge a run that is over, or says by which rule nobody is asked. An expert who does not answer leaves
 * the steps as they are; what the caller named wrongly is a fault of the call: `input.invalid`, `workspace.*`,
 * `model.unknown`.
 */
export async function judge(
  parts: ExpertParts,
  {
    workflow,
    context,
    ...judged
  }: { workflow: Workflow; context: CallContext; run: Run; facts: Facts; turns: readonly Turn[] },
): Promise<Judgement> {
  const { expert } = workflow;
  if (expert === undefined) return {};
  const skipped = skippedBy(judged, parts);
  if (skipped !== undefined) return { expert: { status: "skipped", ...skipped } };
  try {
    const answered = await askExpert(parts, { context, expert, ...judged });
    return { expert: { status: "answered", why: nameOf(answered.answer) }, judged: answered };
  } catch (failure) {
    if (!(failure instanceof Fault) || context.signal.aborted || isCallers(failure)) throw failure;
    if (failure.code === "model.none") return { expert: { status: "skipped", rule: "no-model", why: failure.message } };
    return { expert: { status: "failed", rule: failure.code, why: failure.message } };
  }
}

function isCallers({ code }: Fault): boolean {
  return code === "input.invalid" || code === "model.unknown" || code.startsWith("workspace.");
}
