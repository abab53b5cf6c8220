import { z } from "zod";

const votes = ["yes", "no", "conditional", "abstain"] as const;

const ballot = z.object({
  vote: z.enum(votes),
  reasons: z.array(z.string()).default([]),
  conditions: z.array(z.string()).default([]),
});

/** What a seat has voted. `unclear` where its answer ends without a vote. */
export interface Ballot {
  vote: (typeof votes)[number] | "unclear";
  reasons: string[];
  conditions: string[];
}

/** What every seat is told about its vote. */
export const ballotRule = `End your answer with one line of JSON and nothing after it: {"vote": ${votes
  .map((vote) => `"${vote}"`)
  .join(
    " | ",
  )}, "reasons": ["…"], "conditions": ["…"]}. Vote on the proposal as it stands; name at most five short reasons, and conditions only for a conditional vote.`;

/** The answer's last JSON object as a vote, and the answer without it. */
export function ballotIn(answer: string): { text: string; ballot: Ballot } {
  for (let at = answer.lastIndexOf("{"); at >= 0; at = answer.lastIndexOf("{", at - 1)) {
    const found = voteFrom(answer.slice(at));
    if (found !== undefined) return { text: withoutFence(answer.slice(0, at)), ballot: found };
    if (at === 0) break;
  }
  return { text: answer, ballot: { vote: "unclear", reasons: [], conditions: [] } };
}

function voteFrom(text: string): Ballot | undefined {
  try {
    const parsed = ballot.safeParse(JSON.parse(text.slice(0, text.lastIndexOf("}") + 1)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Braces of prose or code: an earlier one may begin the vote.
    return undefined;
  }
}

function withoutFence(text: string): string {
  return text.replace(/```(?:json)?\s*$/, "").trimEnd();
}
