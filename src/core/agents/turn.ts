import { hash } from "node:crypto";
import type { EventData } from "../../protocol/events.ts";
import { mostAlike } from "../budgets/loop-rule.ts";
import type { Message, ToolCall } from "../models/model.ts";
import type { Answer } from "../models/question.ts";
import type { Told } from "../threads/prepare.ts";
import type { Used } from "./ability.ts";

/** What a turn of the model came to, as it is recorded. */
export interface TurnAnswer {
  answer: Answer;
  /** It was told that no turn would follow. */
  isLast?: true;
  /** What the run began with. */
  told: Told;
}

/** A message after those that the run began with, and what of files it shows. */
export interface Said {
  message: Message;
  shows?: EventData<"files.sent">["files"];
}

/** A run as the fold over its recorded steps: nothing else decides what it does next. */
export interface RunState {
  /** The turn that the model answered last; 0 before the first. */
  turn: number;
  /** What it answered then. */
  last?: TurnAnswer;
  /** What the tools of that turn came to so far, in its order. */
  used: readonly Used[];
  said: readonly Said[];
  /** How often each turn came about, by its tools, their arguments and what they came to. */
  turns: ReadonlyMap<string, number>;
  /** How often each tool was used. */
  uses: ReadonlyMap<string, number>;
}

/** What a run does next. */
export type Move =
  | { do: "think"; turn: number }
  | { do: "use"; turn: number; number: number; call: ToolCall }
  | { do: "finish"; last: TurnAnswer }
  /** The same turn came about too often: the same tools, arguments and results. */
  | { do: "stop"; why: "loop"; times: number; tools: readonly string[] }
  /** It wanted tools in a turn after which there is none. */
  | { do: "stop"; why: "turns" };

const alike = "[You have done exactly this before, and it came to exactly the same. Do something else, or answer.]";

/** Of a run that has told its model nothing yet. */
export const beginning: RunState = { turn: 0, used: [], said: [], turns: new Map(), uses: new Map() };

/** Pure: the same recorded steps always come to the same move, so a resumed attempt goes where the first one went. */
export function next({ turn, last, used, turns }: RunState): Move {
  if (last === undefined) return { do: "think", turn: 1 };
  const calls = last.answer.toolCalls ?? [];
  if (calls.length === 0) return { do: "finish", last };
  if (last.isLast) return { do: "stop", why: "turns" };
  const call = calls[used.length];
  if (call !== undefined) return { do: "use", turn, number: used.length + 1, call };
  const times = turns.get(digestOf(calls, used)) ?? 0;
  if (times <= mostAlike) return { do: "think", turn: turn + 1 };
  return { do: "stop", why: "loop", times, tools: calls.map(({ tool }) => tool) };
}

/** The run once its model has answered a turn. */
export function withAnswer(state: RunState, last: TurnAnswer): RunState {
  const { text, reasoning, toolCalls, carry } = last.answer;
  const message: Message = {
    role: "assistant",
    text,
    ...(reasoning !== undefined && { reasoning }),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(carry !== undefined && { carry }),
  };
  return { ...state, turn: state.turn + 1, last, used: [], said: [...state.said, { message }] };
}

/** The run once a tool that its model wanted was used, in the order in which it wanted them. */
export function withUse(state: RunState, result: Used): RunState {
  const calls = state.last?.answer.toolCalls ?? [];
  const call = calls[state.used.length];
  if (call === undefined) throw new Error("Expected a tool that the model wanted");
  const used = [...state.used, result];
  const uses = plusOne(state.uses, call.tool);
  const turns = used.length === calls.length ? plusOne(state.turns, digestOf(calls, used)) : state.turns;
  const isAgain = used.length === calls.length && turns.get(digestOf(calls, used)) === mostAlike;
  const text = isAgain ? `${result.text}\n${alike}` : result.text;
  const message: Message = { role: "tool", text, toolCallId: call.id };
  const said = { message, ...(result.shows !== undefined && { shows: result.shows }) };
  return { ...state, used, uses, turns, said: [...state.said, said] };
}

function digestOf(calls: readonly ToolCall[], used: readonly Used[]): string {
  const done = calls.map((call, index) => [call.tool, plain(call.arguments), used[index]?.text]);
  return hash("sha256", JSON.stringify(done), "base64url");
}

/** The same arguments in the same words, however the model spaced them. */
function plain(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // Whatever it is, it is compared as it stands.
    return text;
  }
}

function plusOne(counts: ReadonlyMap<string, number>, name: string): ReadonlyMap<string, number> {
  return new Map(counts).set(name, (counts.get(name) ?? 0) + 1);
}
