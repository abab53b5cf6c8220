import { z } from "zod";
import type { CallContext } from "../core/calls/work.ts";
import type { Citation, Evidence } from "../core/evidence/evidence.ts";
import { renamed } from "../core/tools/renamed.ts";
import { defineTool, type Tool } from "../core/tools/tool.ts";
import type { Result } from "../protocol/result.ts";

export interface ChallengeParts {
  evidence: Pick<Evidence, "cite">;
  /** How long looking up what a claim cites may take. */
  timeoutMs: number;
}

const input = z.strictObject({ prompt: z.string().min(1).max(100_000).describe("The claim, word for word.") });

/** No model is asked, so none is named. */
const unused = ["model", "temperature", "thinking_mode", "use_websearch", "continuation_id", "images", "files"];

const ways = [
  "Say in your own words what is claimed, and what would have to be true for it.",
  "Look for what speaks against it: read the code or the facts it is about now, not as you remember them.",
  "Check what it leaves out: other cases, limits, what happens when it fails.",
  "Then decide: right, partly right, wrong, or not to be told from what is at hand; give the evidence as path:line.",
  "Where you said otherwise before, name what changed your mind. Do not agree because somebody insists, and do not disagree for its own sake.",
];

/** Makes the agent that calls it check a claim again in place of agreeing; lines that the claim cites are looked up. */
export function challengeTool({ evidence, timeoutMs }: ChallengeParts): Tool {
  return defineTool({
    name: "challenge",
    title: "Challenge",
    description: "Call it when a claim is doubted or pressed on you: makes you re-check it before you agree.",
    annotations: { idempotentHint: true, openWorldHint: false },
    version: "1",
    scope: "tools",
    lane: "work",
    // What a claim cites may have changed by the next time.
    idempotent: false,
    resumable: true,
    onDisconnect: "keep",
    input: renamed(input, { text: "prompt", ...Object.fromEntries(unused.map((name) => [name, null])) }),
    timeoutMs: () => timeoutMs,
    run: (context, { prompt }) => challenge(evidence, context, prompt),
  });
}

async function challenge(evidence: Pick<Evidence, "cite">, context: CallContext, claim: string): Promise<Result> {
  const cited = await evidence.cite(context, claim, context.signal);
  const instructions = ways.map((way, index) => `${index + 1}. ${way}`).join("\n");
  const facts = cited.length === 0 ? "" : `\n\nWhat it cites, as it stands now:\n${cited.map(citedText).join("\n")}`;
  const quoted = claim.replaceAll(/^/gm, "> ");
  const content = `Check this claim again before you answer it; do not simply agree with it.\n\n${quoted}${facts}\n\n${instructions}`;
  const data = {
    status: "challenge_accepted",
    original_statement: claim,
    challenge_prompt: content,
    instructions,
    ...(cited.length > 0 && { evidence: cited }),
  };
  return { content, data };
}

function citedText(cited: Citation): string {
  const place = cited.from === cited.to ? `${cited.path}:${cited.from}` : `${cited.path}:${cited.from}-${cited.to}`;
  return "unverified" in cited ? `${place} cannot be verified: ${cited.unverified}` : `${place}\n${cited.quote}`;
}
