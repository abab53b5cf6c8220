import { z } from "zod";
import { callId } from "../../protocol/ids.ts";
import type { Turn } from "../threads/turn.ts";
import type { EvidenceOfStep } from "./facts.ts";
import type { StepInput } from "./fields.ts";
import type { ExpertOutcome, TakenStep } from "./run.ts";

/** Where a text begins and ends within that of its turn. */
const place = z.tuple([z.int(), z.int()]);

const recordOfStep = z.object({
  workflow: z.string(),
  /** The call of the run's first step. */
  run: callId,
  /** Whether it was the step before once more; it counts as taken, and for nothing else. */
  again: z.literal(true).optional(),
  /** Steps of this number and later ones are taken back by it. */
  from: z.int(),
  isLast: z.boolean(),
  step: place,
  findings: place.optional(),
  /** All else that the step said. */
  input: z.record(z.string(), z.unknown()),
  evidence: z.custom<EvidenceOfStep>((value) => typeof value === "object" && value !== null),
  expert: z.custom<ExpertOutcome>((value) => typeof value === "object" && value !== null).optional(),
});
export type RecordOfStep = z.output<typeof recordOfStep>;

/** What a step is recorded as, beside the text of its turn. */
export interface Recording {
  workflow: string;
  input: StepInput;
  run: RecordOfStep["run"];
  from: number;
  taken: Pick<TakenStep, "evidence" | "expert" | "isLast">;
  isAgain: boolean;
}

/** A step as a turn of its conversation: every text of it stands there once. */
export function turnOfStep(recording: Recording): { text: string; data: RecordOfStep } {
  const { workflow, input, run, from, taken, isAgain } = recording;
  const { step, findings, images, ...rest } = input;
  const head = `${workflow}, step ${input.step_number} of ${input.total_steps}: `;
  const between = "\n\nFindings: ";
  const stepEnd = head.length + step.length;
  const found = findings === undefined || findings === "" ? undefined : `${between}${findings}`;
  const text = `${head}${step}${found ?? ""}`;
  return {
    text,
    data: {
      workflow,
      run,
      from,
      ...(isAgain && { again: true as const }),
      ...taken,
      step: [head.length, stepEnd],
      ...(findings !== undefined && {
        findings: found === undefined ? [stepEnd, stepEnd] : [stepEnd + between.length, text.length],
      }),
      input: { ...rest, ...(images !== undefined && { images: images.filter((image) => !image.startsWith("data:")) }) },
    },
  };
}

/** What a turn recorded of a step; nothing where it is no step of this workflow. */
export function recordIn({ role, data }: Turn, workflow: string): RecordOfStep | undefined {
  if (role !== "user" || (data as { workflow?: unknown } | undefined)?.workflow !== workflow) return undefined;
  return recordOfStep.parse(data);
}

/** The step of a turn as its caller sent it. */
export function inputOf({ text }: Pick<Turn, "text">, { input, step, findings }: RecordOfStep): StepInput {
  return {
    ...input,
    step: text.slice(...step),
    ...(findings !== undefined && { findings: text.slice(...findings) }),
  } as StepInput;
}
