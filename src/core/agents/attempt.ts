import type { Clock } from "../../base/clock.ts";
import type { Meter } from "../budgets/meter.ts";
import type { CallContext } from "../calls/work.ts";
import type { Asking } from "../models/asking.ts";
import type { Question } from "../models/question.ts";
import type { Telling } from "../threads/composing.ts";
import type { Ability } from "./ability.ts";
import type { Teller } from "./teller.ts";

export interface AgentParts {
  asking: Asking;
  clock: Clock;
}

/** What a run is to do, and with what. */
export interface AgentTask {
  goal: string;
  /** As the caller named it; absent for the default. */
  model?: string | undefined;
  /** Why that one, where the caller did not name it. */
  why?: string | undefined;
  meter: Meter;
  /** By the name that the model uses. */
  abilities: ReadonlyMap<string, Ability>;
  how: Pick<Question, "temperature" | "thinking" | "webSearch">;
  /** What it begins with. */
  telling: Telling;
}

/** One attempt of one run. */
export interface Attempt {
  parts: AgentParts;
  task: AgentTask;
  context: CallContext;
  teller: Teller;
}
