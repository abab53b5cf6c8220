import { Fault } from "../../protocol/fault.ts";
import type { CallContext } from "../calls/work.ts";
import type { Answer } from "../models/question.ts";
import type { Told } from "../threads/prepare.ts";
import type { AgentParts, AgentTask, Attempt } from "./attempt.ts";
import { type Shown, shownIn } from "./shown.ts";
import { Teller } from "./teller.ts";
import { thinkTurn } from "./think-turn.ts";
import { beginning, next, type RunState, type Said, type TurnAnswer, withAnswer, withUse } from "./turn.ts";
import { useTool } from "./use-tool.ts";
import { faultOf, outOfTurns, sameTurn, withDone } from "./why-it-ended.ts";

/** What a run came to. */
export interface AgentOutcome {
  answer: Answer;
  /** Its end is missing, or it was given without the tools that it wanted. */
  isPartial: boolean;
  /** How often its model answered, over all attempts. */
  turns: number;
  /** How often each tool was used. */
  uses: ReadonlyMap<string, number>;
  /** What it began with. */
  told: Told;
  /** All that its models were shown of files. */
  shown: Shown[];
}

/**
 * Works on a goal in turns until the model answers without wanting a tool. Every answer and every use is a step of the
 * call. Faults: `model.*`, `budget.*`, `call.looping`; facts say what was done until then.
 */
export async function runAgent(parts: AgentParts, task: AgentTask, context: CallContext): Promise<AgentOutcome> {
  const attempt: Attempt = { parts, task, context, teller: new Teller(context) };
  const { teller } = attempt;
  const { modelCalls } = context.account.limits;
  teller.tell({
    type: "agent.started",
    data: { goal: task.goal.slice(0, 2000), tools: [...task.abilities.keys()], modelCalls },
  });
  const at = { state: beginning };
  try {
    const outcome = await takeTurns(attempt, at);
    teller.tell({ type: "agent.completed", data: { turns: outcome.turns, spent: teller.spent } });
    return outcome;
  } catch (error) {
    const fault = faultOf(error, context.signal);
    teller.fail(fault.view());
    throw error instanceof Fault ? withDone(error, at.state) : error;
  }
}

/** `at` is where the run stands, also for whoever looks when it has failed. */
async function takeTurns(attempt: Attempt, at: { state: RunState }): Promise<AgentOutcome> {
  for (;;) {
    const move = next(at.state);
    if (move.do === "think") {
      at.state = withAnswer(at.state, await thinkTurn(attempt, at.state));
    } else if (move.do === "use") {
      at.state = withUse(at.state, await useTool(attempt, move));
    } else if (move.do === "stop") {
      throw move.why === "loop" ? sameTurn(at.state.turn, move) : outOfTurns(attempt.context.account);
    } else {
      return outcomeOf(at.state, move.last);
    }
  }
}

function outcomeOf({ turn, uses, said }: RunState, { answer, isLast, told }: TurnAnswer): AgentOutcome {
  const isPartial = isLast === true || answer.finish === "length";
  return { answer, isPartial, turns: turn, uses, told, shown: shownIn([...told.shown, ...said.flatMap(showsOf)]) };
}

function showsOf({ shows = [] }: Said): Shown[] {
  return [...shows];
}
