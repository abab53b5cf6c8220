import type { Ballot } from "./ballot.ts";
import type { Stance } from "./input.ts";
import type { SeatOutcome } from "./outcome.ts";

type Vote = Ballot["vote"];

/** What the votes come to; nobody's word for it, only the count. */
export interface Agreement {
  votes: Record<Vote, number>;
  answered: number;
  seats: number;
  /** The vote that most have cast, where it is one. */
  leading?: Vote;
  isUnanimous: boolean;
  /** Seats, from 1, that voted against the stance they were to argue. */
  againstStance: number[];
}

export function agreementOf(outcomes: readonly SeatOutcome[]): Agreement {
  const answered = outcomes.filter((outcome) => outcome.status === "answered");
  const votes: Agreement["votes"] = { yes: 0, no: 0, conditional: 0, abstain: 0, unclear: 0 };
  for (const { vote } of answered) votes[vote] += 1;
  const [first, second] = (["yes", "no", "conditional"] as const).toSorted((a, b) => votes[b] - votes[a]);
  const isLeading = first !== undefined && votes[first] > (second === undefined ? 0 : votes[second]);
  return {
    votes,
    answered: answered.length,
    seats: outcomes.length,
    ...(isLeading && { leading: first }),
    isUnanimous: isLeading && votes[first] === outcomes.length,
    againstStance: answered.filter(({ stance, vote }) => isAgainst(stance, vote)).map(({ seat }) => seat),
  };
}

function isAgainst(stance: Stance, vote: Vote): boolean {
  return (stance === "for" && vote === "no") || (stance === "against" && vote === "yes");
}

/** A table of all seats, and the count below it. */
export function agreementText(outcomes: readonly SeatOutcome[], agreement: Agreement): string {
  const rows = outcomes.map((outcome) => {
    const said = outcome.status === "answered" ? outcome.vote : outcome.status;
    const why = outcome.status === "answered" ? outcome.reasons.join("; ") : outcome.fault.message;
    return `| ${outcome.seat} | ${cell(outcome.model)} | ${outcome.stance} | ${said} | ${cell(why)} |`;
  });
  return ["| seat | model | stance | vote | reasons |", "|---|---|---|---|---|", ...rows, "", counted(agreement)].join(
    "\n",
  );
}

function counted({ votes, answered, seats, leading, isUnanimous }: Agreement): string {
  const counts = Object.entries(votes).flatMap(([vote, count]) => (count === 0 ? [] : `${count} ${vote}`));
  const missing = answered === seats ? "" : `; ${seats - answered} of ${seats} did not answer`;
  const verdict = isUnanimous ? "all agree" : leading === undefined ? "no vote leads" : `most vote ${leading}`;
  return `Agreement: ${counts.join(", ")}; ${verdict}${missing}.`;
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
}
