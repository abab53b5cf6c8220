import type { CallContext } from "../calls/work.ts";
import { askerWith } from "../models/asker-with.ts";
import { nameOf } from "../models/choice.ts";
import type { Answer, Asker, Question, Sought } from "../models/question.ts";
import { prepare, type Told } from "../threads/prepare.ts";
import type { AgentTask, Attempt } from "./attempt.ts";
import { lastTurn } from "./instructions.ts";
import { Pulse } from "./pulse.ts";
import { shownIn } from "./shown.ts";
import type { RunState, TurnAnswer } from "./turn.ts";
import { withinRoom } from "./within-room.ts";

/** With less time left than this the run is told to come to its end. */
const closingMs = 45_000;
/** What a model that has lost its way wants beyond so many tools in a turn is not heard. */
const mostWanted = 64;

/** Asks the model for its next turn, once over all attempts. Faults: `model.*`, `budget.*`, `input.too-large`. */
export async function thinkTurn(attempt: Attempt, state: RunState): Promise<TurnAnswer> {
  const { context, teller } = attempt;
  const turn = state.turn + 1;
  teller.tell({ type: "agent.thinking", data: { turn, spent: teller.spent } });
  return await context.step(`turn ${turn}`, async (signal) => await ask(attempt, state, signal));
}

async function ask(attempt: Attempt, state: RunState, signal: AbortSignal): Promise<TurnAnswer> {
  const { parts, task, context, teller } = attempt;
  const isLast = state.turn > 0 && mustEnd(context);
  const { question, told } = await questionOf(attempt, { state, isLast }, signal);
  const tell = (alive: "working" | "slow" | "stalled", quietMs: number) =>
    teller.tell({
      type: "agent.alive",
      data: { turn: state.turn + 1, waitsFor: nameOf(question.choice), state: alive, quietMs },
    });
  using pulse = new Pulse({ clock: parts.clock, tell });
  using _pausable = context.pausable(pulse);
  const asker = listening(context, () => pulse.sign());
  const answer = heard(await parts.asking.ask(question, { asker, meter: task.meter }, signal));
  return { answer, ...(isLast && { isLast }), told };
}

function heard(answer: Answer): Answer {
  const { toolCalls } = answer;
  return toolCalls === undefined ? answer : { ...answer, toolCalls: toolCalls.slice(0, mostWanted) };
}

/** Nothing is left for a turn after this one. */
function mustEnd({ account, deadline }: CallContext): boolean {
  return account.left.modelCalls <= 1 || deadline.leftMs < closingMs;
}

async function questionOf(
  { parts, task, context }: Attempt,
  { state, isLast }: { state: RunState; isLast: boolean },
  signal: AbortSignal,
): Promise<{ question: Question; told: Told }> {
  const { telling, how } = task;
  const tools = [...task.abilities.values()].map(({ name, description, schema }) => ({ name, description, schema }));
  const wanted = { ...how, tools, tool: context.tool, ...modelOf(task, state) };
  const { question: first, told, inputTokens } = await prepare(parts.asking, { telling, how: wanted }, signal);
  const said = withinRoom(first.messages, state.said, inputTokens);
  const question: Question = {
    ...first,
    messages: [
      ...first.messages,
      ...said.map(({ message }) => message),
      ...(isLast ? [{ role: "user" as const, text: lastTurn }] : []),
    ],
    ...(isLast && { toolChoice: "none" as const }),
    shows: shownIn([...told.shown, ...said.flatMap(({ shows = [] }) => shows)]),
    cache: { key: context.call },
  };
  return { question, told };
}

/** A run stays with the model that answered first: nobody else can read what that gave it to carry. */
function modelOf({ model, why }: AgentTask, { last }: RunState): Pick<Sought, "model" | "why"> {
  return last === undefined ? { model, why } : { model: nameOf(last.answer), why: last.answer.why };
}

/** The call's own, which notices that the model gives signs of life. */
function listening(context: CallContext, onSign: () => void): Asker {
  return askerWith(context, {
    emit: (type, data) => {
      onSign();
      context.emit(type, data);
    },
    delta: (kind, text, tries) => {
      onSign();
      context.delta(kind, text, tries);
    },
  });
}
