import type { Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { spellings } from "../../core/tools/spellings.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { type CallView, callView } from "../../protocol/result.ts";
import type { Asked } from "./asked.ts";
import { attend } from "./attend.ts";
import { endedAnswer, pagedAnswer } from "./call-answer.ts";
import { shortened } from "./output-page.ts";

const waiting = z.looseObject({ action: z.literal("wait"), waitMs: z.number().optional() });
const page = z.looseObject({ action: z.literal("get"), offset: z.int().min(0) });

/** A wait that was asked of the tool `calls`: how it looks at the call, and how long it may take. */
export interface Wait {
  look: Record<string, unknown>;
  /** As the client said; `Infinity` where it did not. */
  waitMs: number;
}

/** The wait that this input of a tool asks for, if it is one: the gateway waits itself, within the client's limit. */
export function waitOf(name: string, input: Record<string, unknown>): Wait | undefined {
  const isWait = input["action"] === "wait" && (name === "calls" || spellings(name).includes("calls"));
  if (!isWait) return undefined;
  const parsed = waiting.safeParse(input);
  if (!parsed.success) return undefined;
  const { waitMs = Number.POSITIVE_INFINITY, ...rest } = parsed.data;
  return { look: { ...rest, action: "get" }, waitMs };
}

/** What a control tool answered; of one that shows a call, the call itself, as the request that started it would get it. */
export async function controlAnswer(
  asked: Asked,
  answer: CallView,
  { input, wait }: { input: Record<string, unknown>; wait: Wait | undefined },
): Promise<Result> {
  const shown = callView.safeParse(answer.result?.data);
  if (!shown.success) return endedAnswer(asked, shortened(asked, answer));
  const view = shown.data;
  const from = page.safeParse(input);
  if (hasEnded(view.phase)) return from.success ? pagedAnswer(asked, view, from.data.offset) : endedAnswer(asked, view);
  if (wait === undefined) return endedAnswer(asked, answer);
  const { progressToken: token } = asked.context.mcpReq._meta ?? {};
  return await attend(asked, {
    call: view.call,
    after: view.seq,
    token,
    waitMs: Math.min(wait.waitMs, asked.limits.waitMs),
  });
}
