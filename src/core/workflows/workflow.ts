import type { z } from "zod";
import type { CallContext } from "../calls/work.ts";
import type { Facts } from "./facts.ts";
import type { OptionalField, StepInput } from "./fields.ts";
import type { Run } from "./run.ts";

/** The fields of one tool alone, as its schema writes them. */
type Shape = Readonly<Record<string, z.ZodType>>;

/** A step of a workflow with the fields `F` of its own. */
export type StepOf<F extends Shape> = StepInput & Readonly<z.output<z.ZodObject<F>>>;

/** Who the expert is to be, and what is put to them. */
export interface Expert {
  /** What the model should know before the steps: who it is, how to judge, what to answer. */
  instructions: string;
  /** Where the caller names none. */
  thinking?: StepInput["thinking_mode"];
}

/**
 * Many steps, each a call that answers at once with what to examine next. A workflow is data and pure functions of what
 * was recorded: it keeps nothing, and nothing of it runs between two steps.
 */
export interface Workflow<S extends StepInput = StepInput> {
  /** The tool's name; `<name>_status` and `<name>_complete` are made of it. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Changes when equal steps no longer mean equal answers. */
  readonly version: string;
  /** Of the fields that workflows share, those that this one takes besides `step` and its numbers. */
  readonly takes: readonly OptionalField[];
  readonly fields: Shape;
  /** Under which other names callers know its fields; `null` is a name that is taken and not used. */
  readonly aliases?: Readonly<Record<string, string | null>>;
  /** What other clients' words for a field's values mean here, before the fields are checked. */
  translate?(input: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Who judges at the end; absent where nobody is asked. */
  readonly expert?: Expert;
  /** Why this step cannot be taken, as *<fact>, expected <x>*; `before` is the run that it goes on with. */
  objection?(step: S, before: Run<S> | undefined): string | undefined;
  /** Whether a step stands beside those of its number and not in their place: a branch, a revision. */
  besides?(step: S): boolean;
  /** What to examine next, concretely, for the state of the run; the newest step is the last of `run.steps`. */
  actions(run: Run<S>): readonly string[];
  /** What is still to be done although the caller is through; nothing where the workflow may end. */
  unfinished?(run: Run<S>): readonly string[];
  /** What the server finds by itself in this step, read-only; run by rules, without a model. */
  examine?(examined: Examined<S>, signal: AbortSignal): Promise<Facts>;
  /** What `<name>_status` says besides what all of them say. */
  status?(run: Run<S>): Readonly<Record<string, unknown>>;
  /** What a result that is complete says besides: the plan, the map, the counters. */
  summary?(run: Run<S>): Readonly<Record<string, unknown>>;
  /** Fields of its own that the next call carries on; `undefined` leaves one out. */
  carries?(run: Run<S>): Readonly<Record<string, unknown>>;
}

/** What a step examines: the run before it, and the step as it came. */
export interface Examined<S extends StepInput = StepInput> {
  context: CallContext;
  step: S;
  before: Run<S> | undefined;
}

/** A workflow as it is written: its functions get its own fields as its schema parsed them. */
interface WorkflowDefinition<F extends Shape> extends Workflow<StepOf<F>> {
  readonly fields: F;
}

/** The workflow of a definition. Whoever runs it hands it what its own schema has parsed, now or before a restart. */
export function defineWorkflow<F extends Shape>(workflow: WorkflowDefinition<F>): Workflow {
  return workflow;
}
