import { ballotRule } from "./ballot.ts";
import type { SeatInput, Stance } from "./input.ts";

const role =
  "You are one of several experts who judge the same proposal, each alone: you see nothing of what the others say. Be concrete and brief, name what the proposal overlooks, and rest on what you were shown.";

const stances: Readonly<Record<Stance, string>> = {
  for: "Make the strongest honest case for the proposal. Where it is harmful, unsound or clearly worse than what there is, say so and vote against it all the same.",
  against:
    "Make the strongest honest case against the proposal. Where it is sound and you find no weighty objection, say so and vote for it all the same.",
  neutral: "Weigh what speaks for the proposal and what speaks against it, in proportion to its weight.",
};

/** What a seat is told before the proposal. */
export function seatPrompt({ stance, stance_prompt }: SeatInput): string {
  return [role, stance_prompt ?? stances[stance], ballotRule].join("\n\n");
}
