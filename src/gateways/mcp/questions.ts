import { inputRequired, type Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { OpenQuestion } from "../../core/calls/open-question.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";
import type { CallFollower } from "./call-follower.ts";
import { filledValue, formOf } from "./question-form.ts";

/** A user thinks no longer than this in one dialog; the question stays open after it. */
const longestThoughtMs = 600_000;

const filled = z.looseObject({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Puts the question to the user by a request of our own, and answers the call. `dismissed` where nobody answered:
 * it stays open, for any connection.
 */
export async function putQuestion(
  asked: Asked,
  { call, question }: { call: CallId; question: OpenQuestion },
  follower: CallFollower,
): Promise<"settled" | "dismissed"> {
  using dialog = new LinkedAbort(asked.signal);
  const options = { signal: dialog.signal, timeout: longestThoughtMs };
  const shown = asked.context.mcpReq
    .send({ method: "elicitation/create", params: formOf(question) }, options)
    .catch(() => undefined);
  const elsewhere = follower.ready(dialog.signal).then(
    () => "elsewhere" as const,
    () => undefined,
  );
  const outcome = await Promise.race([shown, elsewhere]);
  dialog.abort(new Cancelled("caller", "the question is settled"));
  if (outcome === "elsewhere") return "settled";
  return (await giveAnswer(asked, { call, question }, outcome)) ? "settled" : "dismissed";
}

/** A question as the result of a 2026-07-28 request, which the client repeats with the answer. */
export async function questionResult(
  asked: Asked,
  { call, question }: { call: CallId; question: OpenQuestion },
): Promise<Result> {
  return inputRequired({
    inputRequests: { [question.request]: { method: "elicitation/create", params: formOf(question) } },
    requestState: await asked.house.states.mint(call, asked.context),
  });
}

/**
 * Gives a call what the user has filled in: `null` where the user declined. Answers whether the question is
 * settled; one that was dismissed is not, and one that somebody else has answered is.
 */
export async function giveAnswer(
  asked: Asked,
  { call, question }: { call: CallId; question: OpenQuestion },
  response: unknown,
): Promise<boolean> {
  const { data } = filled.safeParse(response);
  if (data === undefined || data.action === "cancel") return false;
  const value = data.action === "accept" ? filledValue(question, data.content ?? {}) : null;
  try {
    await asked.house.operations["call.answer"](asked, { call, request: question.request, value });
  } catch (error) {
    const isSettled = error instanceof Fault && (error.code === "input.invalid" || error.code === "call.ended");
    if (!isSettled) throw error;
  }
  return true;
}
