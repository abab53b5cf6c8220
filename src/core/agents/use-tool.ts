import { isRecord } from "../../base/is-record.ts";
import { useId } from "../../protocol/agent-run.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ToolCall } from "../models/model.ts";
import { withoutSecrets } from "../workspace/secrets.ts";
import { type Ability, type Use, type Used, used } from "./ability.ts";
import type { Attempt } from "./attempt.ts";
import { Pulse } from "./pulse.ts";

/** What a model wants done, in its place. */
export interface Wanted {
  /** From 1. */
  turn: number;
  /** In its turn, from 1. */
  number: number;
  call: ToolCall;
}

const shownInput = 2000;
const shownResult = 500;
/** A turn that wants more at once is told so; vendors want an answer for each. */
const mostInTurn = 16;

/**
 * Uses a tool for the model, once over all attempts, and tells it. Whatever goes wrong is an answer to the model; only
 * the end of the run, and of its steps, is thrown.
 */
export async function useTool(attempt: Attempt, wanted: Wanted): Promise<Used> {
  const { teller } = attempt;
  const { turn, number, call } = wanted;
  const about = { turn, id: useId(turn, number), tool: call.tool };
  const input = withoutSecrets(call.arguments).slice(0, shownInput);
  teller.tell({ type: "tool.executing", data: { ...about, input } });
  const result = await outcomeOf(attempt, wanted);
  const { outcome, omitted, text, call: id } = result;
  const excerpt = text.slice(0, shownResult);
  const told = { ...about, outcome, excerpt, omitted, ...(id !== undefined && { call: id }), spent: teller.spent };
  teller.tell({ type: "tool.completed", data: told });
  return result;
}

async function outcomeOf(attempt: Attempt, { turn, number, call }: Wanted): Promise<Used> {
  // The vendor runs it itself.
  if (call.echo === true) return used("done", call.arguments);
  const ability = attempt.task.abilities.get(call.tool);
  if (ability === undefined) return used("refused", unknownTool(call.tool, attempt.task.abilities));
  if (number > mostInTurn)
    return used("refused", `Only ${mostInTurn} tools are used in one turn. Want it again in the next.`);
  const given = argumentsOf(call);
  if (given === undefined) return used("refused", "The arguments are no JSON object. Nothing was done.");
  return await useAbility(attempt, ability, { id: useId(turn, number), turn, given });
}

async function useAbility(
  attempt: Attempt,
  ability: Ability,
  { id, turn, given }: { id: string; turn: number; given: Readonly<Record<string, unknown>> },
): Promise<Used> {
  const { context, parts, teller } = attempt;
  using pulse = new Pulse({
    clock: parts.clock,
    tell: (state, quietMs) =>
      teller.tell({ type: "agent.alive", data: { turn, waitsFor: ability.name, state, quietMs } }),
  });
  using _pausable = context.pausable(pulse);
  const use: Use = { step: `tool ${id}`, arguments: given, onSign: () => pulse.sign() };
  if (ability.kind === "question") return await told(() => ability.use(context, use, context.signal), context.signal);
  let ran = false;
  const result = await context.step(use.step, async (signal) => {
    ran = true;
    return await told(() => ability.use(context, use, signal), signal);
  });
  // Of a call below that ended in an earlier start of the daemon.
  if (!ran && result.usage !== undefined) context.account.recall(result.usage);
  return result;
}

/** A fault is told to the model; the end of the call is not. */
async function told(use: () => Promise<Used>, signal: AbortSignal): Promise<Used> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof Fault) || signal.aborted) throw error;
    return used("failed", `${error.code}: ${error.message}`);
  }
}

function argumentsOf({ arguments: text }: ToolCall): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return isRecord(value) ? value : undefined;
  } catch {
    // The model is told that it wrote no JSON.
    return undefined;
  }
}

function unknownTool(name: string, abilities: ReadonlyMap<string, Ability>): string {
  return `There is no tool ${JSON.stringify(name.slice(0, 100))}. There are: ${[...abilities.keys()].join(", ")}.`;
}
