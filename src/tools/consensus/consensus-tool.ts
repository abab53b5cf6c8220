import { nameModel } from "../../core/budgets/name-model.ts";
import { unlimited } from "../../core/budgets/spending.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { Models } from "../../core/models/models.ts";
import { adoptedBy, threadFor, withContinuation } from "../../core/threads/continuation.ts";
import { namesFiles } from "../../core/tools/question-fields.ts";
import { defineTool, type Tool } from "../../core/tools/tool.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";
import { agreementOf, agreementText } from "./agreement.ts";
import { ballotIn } from "./ballot.ts";
import { type ConsensusInput, consensusInput, type SeatInput } from "./input.ts";
import { type SeatOutcome, sectionOf } from "./outcome.ts";
import { askSeat, type Panel, type SeatAnswer, type SeatParts } from "./seat.ts";
import { shownToSeats } from "./shown.ts";

export interface ConsensusParts extends SeatParts {
  models: Models;
  /** How long a consensus may take. */
  timeoutMs: number;
}

/**
 * Two to seven models judge the same proposal at once, each alone and with its stance. Each seat is a step of its
 * own: one that fails or is late leaves the others, and after a crash only those are asked that were not recorded.
 */
export function consensusTool(parts: ConsensusParts): Tool {
  return defineTool({
    name: "consensus",
    title: "Consensus",
    description:
      "Asks 2 to 7 models about a proposal at once, each alone, for, against or neutral; counts their votes.",
    input: consensusInput,
    scope: "tools",
    lane: "work",
    idempotent: true,
    readsFiles: namesFiles,
    resumable: true,
    onDisconnect: "keep",
    version: "1",
    timeoutMs: () => parts.timeoutMs,
    thread: threadFor,
    adopt: async (call, result) => await adoptedBy(parts.conversations, call, result),
    run: (context, input) => consult(parts, context, input),
  });
}

interface HeardSeat {
  outcome: SeatOutcome;
  /** Of a seat that has answered. */
  told?: SeatAnswer["told"];
}

interface Heard {
  /** In their order. */
  seats: HeardSeat[];
  /** All that was shown of them, in the order in which they came. */
  text: string;
}

async function consult(parts: ConsensusParts, context: CallContext, input: ConsensusInput): Promise<Result> {
  // A name that nobody has is told before anybody is paid; what was recorded stays, whatever the settings are now.
  if (context.attempt === 1) for (const { model } of input.models) parts.models.resolve(model);
  const turns = await parts.conversations.earlier(context);
  // The seats are the limit: one that a crash cut off is asked again, and what it had cost stays charged.
  parts.budgets.meter(context, { ...unlimited, usd: input.maxUsd ?? unlimited.usd });
  const heard = await hearAll(parts, { context, input, turns });
  const outcomes = heard.seats.map(({ outcome }) => outcome);
  if (outcomes.every(({ status }) => status !== "answered")) throw nobody(outcomes);
  const agreement = agreementOf(outcomes);
  const content = `${heard.text}${agreementText(outcomes, agreement)}`;
  const { files, changed, omitted } = shownToSeats(heard.seats.flatMap(({ told }) => told ?? []));
  const thread = await parts.conversations.conclude(context, {
    asked: { text: input.prompt, files },
    answered: { text: content },
  });
  const isPartial = agreement.answered < agreement.seats;
  const data = {
    status: isPartial ? "partial" : "complete",
    seats: outcomes,
    agreement,
    ...(files.length > 0 && { files }),
    ...(omitted && { omitted }),
    ...(changed.length > 0 && { changed }),
  };
  return withContinuation({ content, data, ...(isPartial && { partial: true }) }, thread);
}

/** Every seat at once; each is shown when it is there. */
async function hearAll(parts: ConsensusParts, panel: Panel): Promise<Heard> {
  const { context, input } = panel;
  let text = "";
  let done = 0;
  const asked = input.models.map(async (model, index) => {
    const seat = { ...model, place: index + 1 };
    const heard = await hear(parts, panel, seat);
    const { outcome } = heard;
    const section = sectionOf(outcome);
    text += section;
    context.delta("text", section);
    done++;
    context.emit("call.progress", { message: `seat ${seat.place} is ${outcome.status}`, done, total: asked.length });
    return heard;
  });
  // A bug of one seat is told once the others are done: nothing goes on behind the call's back.
  await Promise.allSettled(asked);
  return { seats: await Promise.all(asked), text };
}

async function hear(parts: ConsensusParts, panel: Panel, seat: SeatInput & { place: number }): Promise<HeardSeat> {
  const { place, model, stance } = seat;
  try {
    const { answer, told, usage, wallMs } = await askSeat(parts, panel, seat);
    nameModel(panel.context.usage, answer);
    const { inputTokens, outputTokens, usd, retries } = usage;
    const { text, ballot } = ballotIn(answer.text);
    const who = { seat: place, model: `${answer.provider}/${answer.model}`, stance, why: answer.why };
    const used = { inputTokens, outputTokens, usd, retries };
    return { outcome: { ...who, status: "answered", ...ballot, text, wallMs, usage: used }, told };
  } catch (error) {
    if (!(error instanceof Fault) || panel.context.signal.aborted) throw error;
    return { outcome: { seat: place, model, stance, status: statusOf(error), fault: error.view() } };
  }
}

function statusOf({ code }: Fault): "failed" | "late" | "refused" {
  if (code === "call.deadline") return "late";
  return code.startsWith("budget.") ? "refused" : "failed";
}

function nobody(outcomes: readonly SeatOutcome[]): Fault {
  const faults = outcomes.flatMap((outcome) => (outcome.status === "answered" ? [] : [outcome]));
  const [first] = faults;
  if (first === undefined) throw new Error("Expected a seat");
  const message = `Cannot reach a consensus: none of ${outcomes.length} seats answered; the first: ${first.fault.message}`;
  const seats = faults.map(({ seat, model, status, fault }) => ({ seat, model, status, code: fault.code }));
  return Fault.from(first.fault).with({ seats }, message);
}
