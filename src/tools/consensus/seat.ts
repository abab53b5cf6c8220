import type { Clock } from "../../base/clock.ts";
import type { Budgets } from "../../core/budgets/budgets.ts";
import type { CallContext } from "../../core/calls/work.ts";
import { askerWith } from "../../core/models/asker-with.ts";
import type { Asking } from "../../core/models/asking.ts";
import type { Answer, Asker } from "../../core/models/question.ts";
import { within } from "../../core/models/within.ts";
import type { Conversations } from "../../core/threads/conversations.ts";
import { prepare, type Told } from "../../core/threads/prepare.ts";
import type { Turn } from "../../core/threads/turn.ts";
import { wishesOf } from "../../core/tools/question-fields.ts";
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
  told: Told;
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
  const { clock } = parts;
  // Several answers at once would be no text: a seat's is shown whole.
  const asker = askerWith(context, { delta: () => {} });
  const ms = input.seatTimeoutMs ?? Number.POSITIVE_INFINITY;
  const startedMs = clock.monotonicMs();
  const asked = await within(
    { asker, clock, ms, closingMs, who: seat.model, facts: { model: seat.model } },
    (own, ending) => ask(parts, { ...sitting, asker: own }, ending),
    signal,
  );
  return { ...asked, wallMs: Math.round(clock.monotonicMs() - startedMs) };
}

async function ask(
  { asking, budgets, conversations }: SeatParts,
  { context, input, turns, seat, asker }: Sitting & { asker: Asker },
  signal: AbortSignal,
): Promise<Omit<SeatAnswer, "wallMs">> {
  const { prompt, files, images, maxOutputTokens } = input;
  const wanted = { prompt, files, images, system: seatPrompt(seat) };
  const telling = await conversations.gather(context, { wanted, turns }, signal);
  const how = { ...wishesOf(input), model: seat.model, maxOutputTokens, tool: context.tool };
  const { question, told } = await prepare(asking, { telling, how }, signal);
  using part = budgets.part(context);
  const answer = await asking.ask(question, { asker, meter: part.meter }, signal);
  return { answer, told, usage: part.usage };
}
