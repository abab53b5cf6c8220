import type { Result } from "../../protocol/result.ts";
import { unknownThread } from "../threads/conversations.ts";
import type { Turn } from "../threads/turn.ts";
import { answerOf } from "./answer.ts";
import type { Incoming, StepParts } from "./incoming.ts";
import { newestOf } from "./notes.ts";
import type { Run } from "./run.ts";
import { turnOfStep } from "./step-record.ts";

const nothingNew =
  "This step says nothing that the step before it did not: it was not taken again. A third time is refused; send what you found since.";

/** Answers a step that was sent once more as it was answered before; nobody is asked again. It stays on record. */
export async function repeatStep(
  { conversations }: StepParts,
  { workflow, context, input, run, turns }: Incoming & { run: Run; turns: readonly Turn[] },
): Promise<Result> {
  const { thread, call, tool, owner, files } = context;
  if (thread === undefined) throw new Error("Expected a call on a thread");
  const newest = newestOf(run);
  const answer = answerOf({ workflow, run, facts: {}, thread, notes: [nothingNew] });
  const before = turns.find((turn) => turn.call === newest.call && turn.role === "assistant")?.text;
  const content = newest.isLast && before !== undefined ? `${before}\n\n${nothingNew}` : answer.content;
  const { data } = turnOfStep({
    workflow: workflow.name,
    input,
    run: run.id,
    from: input.step_number,
    taken: { evidence: { files: [], citations: [], findings: [] }, isLast: newest.isLast },
    isAgain: true,
  });
  const { step_number: number, total_steps: total } = input;
  const text = `${workflow.name}, step ${number} of ${total}, once more`;
  const recorded = await conversations.record(
    { call, tool, owner, files, thread },
    { asked: { text, data: { ...data, step: [0, 0], findings: [0, 0] } }, answered: { text: nothingNew } },
  );
  if (recorded === undefined) throw unknownThread(thread);
  return { ...answer, content };
}
