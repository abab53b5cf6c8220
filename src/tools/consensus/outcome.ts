import type { FaultView } from "../../protocol/fault.ts";
import type { Usage } from "../../protocol/result.ts";
import type { Ballot } from "./ballot.ts";
import type { Stance } from "./input.ts";

interface OfSeat {
  /** Its place, from 1. */
  seat: number;
  /** As the caller named it, or `provider/model` of the one that answered. */
  model: string;
  stance: Stance;
}

export interface Answered extends OfSeat, Ballot {
  status: "answered";
  text: string;
  why: string;
  wallMs: number;
  usage: Pick<Usage, "inputTokens" | "outputTokens" | "usd" | "retries">;
}

/** `late`: not within its time; `refused`: there was no budget for it. */
export interface Unanswered extends OfSeat {
  status: "failed" | "late" | "refused";
  fault: FaultView;
}

export type SeatOutcome = Answered | Unanswered;

/** What a seat said, as it is shown when it is there. */
export function sectionOf(outcome: SeatOutcome): string {
  const { seat, model, stance } = outcome;
  const head = `## Seat ${seat}: ${model} (${stance})`;
  if (outcome.status !== "answered") return `${head}\n\n${outcome.status}: ${outcome.fault.message}\n\n`;
  const { vote, reasons, conditions, text } = outcome;
  const list = [...reasons, ...conditions.map((condition) => `if: ${condition}`)].map((reason) => `- ${reason}\n`);
  return `${head}: ${vote}\n\n${text.trim()}\n\n${list.join("")}${list.length > 0 ? "\n" : ""}`;
}
