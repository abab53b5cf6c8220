import { LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import type { Budgets } from "../../core/budgets/budgets.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { Asking } from "../../core/models/asking.ts";
import type { Answer, Asker } from "../../core/models/question.ts";
import { type Composed, compose, extentOf } from "../../core/threads/composing.ts";
import type { Conversations } from "../../core/threads/conversations.ts";
import type { Turn } from "../../core/threads/turn.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Usage } from "../../protocol/result.ts";
import type { ConsensusInput, SeatInput } from "./input.ts";
import { seatPrompt } from "./seat-prompt.ts";

export interface SeatParts {
  asking: Asking;
  budgets: Budgets;
  conversations: Conversations;
  clock: Clock;
}

/** What all seats of a call share. */
export interface Panel {
  context: CallContext;
  input: ConsensusInput;
  /** Of the thread so far, backwards from the newest. */
  turns: readonly Turn[];
}

/** What is recorded of a seat that has answered. */
export interface SeatAnswer {
  answer: Answer;
  told: Omit<Composed, "messages">;
  usage: Usage;
  wallMs: number;
}

/** What is left for the others and the result when the last seat is given up. */
const closingMs = 5000;

/**
 * Asks one seat, once over all attempts of the call. It sees the proposal, the files and the thread so far, and
 * nothing of the other seats. Faults: those of the model, `call.deadline` where it takes too long.
 */
export async function askSeat(
  parts: SeatParts,
  panel: Panel,
  seat: SeatInput & { place: number },
): Promise<SeatAnswer> {
  const { context } = panel;
  const name = `seat ${seat.place}: ${seat.model} (${seat.stance})`;
  return await context.step(name, async (signal) => await inTime(parts, { ...panel, seat }, signal));
}

interface Sitting extends Panel {
  seat: SeatInput;
}

async function inTime(parts: SeatParts, sitting: Sitting, signal: AbortSignal): Promise<SeatAnswer> {
  const { context, input, seat } = sitting;
  const leftMs = Math.max(1, context.deadline.leftMs - closingMs);
  const allowedMs = Math.min(leftMs, input.seatTimeoutMs ?? leftMs);
  using deadline = new Deadline(parts.clock, allowedMs);
  using link = new LinkedAbort(signal);
  deadline.signal.addEventListener("abort", () => link.abort(deadline.signal.reason), { once: true });
  const startedMs = parts.clock.monotonicMs();
  try {
    const asked = await ask(parts, { ...sitting, asker: askerOf(context, deadline) }, link.signal);
    return { ...asked, wallMs: Math.round(parts.clock.monotonicMs() - startedMs) };
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted) throw error;
    const message = `Cannot wait longer for ${seat.model}: it had ${Math.round(allowedMs)} ms, expected an answer`;
    throw new Fault("call.deadline", message, { facts: { model: seat.model, allowedMs: Math.round(allowedMs) } });
  }
}

async function ask(
  { asking, budgets, conversations }: SeatParts,
  { context, input, turns, seat, asker }: Sitting & { asker: Asker },
  signal: AbortSignal,
): Promise<Omit<SeatAnswer, "wallMs">> {
  const { prompt, files, images, maxOutputTokens, temperature, thinking_mode: mode, use_websearch: webSearch } = input;
  const wanted = { prompt, files, images, system: seatPrompt(seat) };
  const telling = await conversations.gather(context, { wanted, turns }, signal);
  const asked = { maxOutputTokens, webSearch, thinking: mode === undefined ? undefined : { mode } };
  const sought = { ...asked, model: seat.model, tool: context.tool, extent: extentOf(telling) };
  const { choice, inputTokens } = asking.room(sought);
  const { messages, ...told } = compose(telling, inputTokens);
  const question = { ...asked, choice, messages, temperature, shows: told.shown };
  using part = budgets.part(context);
  const answer = await asking.ask(question, { asker, meter: part.meter }, signal);
  return { answer, told, usage: part.usage };
}

/** The call with the seat's own time. Several answers at once would be no text: a seat's is shown whole. */
function askerOf(context: CallContext, deadline: Deadline): Asker {
  return {
    owner: context.owner,
    deadline,
    span: (name, attributes) => context.span(name, attributes),
    slot: async (provider, signal) => await context.slot(provider, signal),
    emit: (type, data) => context.emit(type, data),
    delta: () => {},
  };
}
