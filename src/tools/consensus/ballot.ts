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

/** A vote is no longer, and begins with none but the last of so many braces: an answer may be nothing but braces. */
const longestVote = 65_536;
const mostBraces = 100;

/** The answer's last JSON object as a vote, and the answer without it. */
export function ballotIn(answer: string): { text: string; ballot: Ballot } {
  const first = Math.max(0, answer.length - longestVote);
  let at = answer.lastIndexOf("{");
  for (let braces = 0; at >= first && braces < mostBraces; braces++) {
    const found = voteFrom(answer.slice(at));
    if (found !== undefined) return { text: withoutFence(answer.slice(0, at)), ballot: found };
    if (at === 0) break;
    at = answer.lastIndexOf("{", at - 1);
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
