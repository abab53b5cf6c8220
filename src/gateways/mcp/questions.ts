import { type InputRequests, inputRequired, type Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { CallFollower } from "../../core/calls/call-follower.ts";
import type { OpenQuestion } from "../../core/calls/open-question.ts";
import type { EventType } from "../../protocol/events.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";
import type { QuestionForm } from "./question-form.ts";

/** A user thinks no longer than this in one dialog; the question stays open after it. */
const longestThoughtMs = 600_000;
/** What says of a call that asked that it asks no more; others may stand behind a question that is open. */
const going: ReadonlySet<EventType> = new Set(["input.answered", "call.started", "call.cancelling"]);

const filled = z.looseObject({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z.record(z.string(), z.unknown()).optional(),
});

/** A question of a call. */
export interface Asking {
  call: CallId;
  question: OpenQuestion;
}

/**
 * Puts the question to the user by requests of our own, and answers the call. `dismissed` where nobody answered: it
 * stays open, for any connection.
 */
export async function putQuestion(
  asked: Asked,
  asking: Asking,
  follower: CallFollower,
): Promise<"settled" | "dismissed"> {
  using dialog = new LinkedAbort(asked.signal);
  const elsewhere = follower.comes(going, dialog.signal).then(
    () => "elsewhere" as const,
    () => undefined,
  );
  for (const form of asked.house.partial.open(asking.question)) {
    const outcome = await Promise.race([shown(asked, form, dialog.signal), elsewhere]);
    if (outcome === "elsewhere" || !(await fill(asked, asking, { form, response: outcome }))) {
      dialog.abort(new Cancelled("caller", "the question is settled"));
      return outcome === "elsewhere" ? "settled" : "dismissed";
    }
  }
  dialog.abort(new Cancelled("caller", "the question is settled"));
  return "settled";
}

/** A question as the result of a 2026-07-28 request, which the client repeats with the answer. */
export async function questionResult(asked: Asked, asking: Asking): Promise<Result> {
  return inputRequired({
    inputRequests: inputRequestsOf(asked, asking.question),
    requestState: await asked.house.states.mint(asking.call, asked.context),
  });
}

/** What is still to be filled of a question, by the names under which the answers come. */
export function inputRequestsOf(asked: Pick<Asked, "house">, question: OpenQuestion): InputRequests {
  const open = asked.house.partial.open(question);
  return Object.fromEntries(open.map(({ key, params }) => [key, { method: "elicitation/create" as const, params }]));
}

/** Gives a call what came with a request; what it does not ask, or not any more, is passed over. */
export async function takeResponses(asked: Asked, asking: Asking): Promise<void> {
  const responses = asked.context.mcpReq.inputResponses ?? {};
  for (const form of asked.house.partial.open(asking.question)) {
    const response = Object.hasOwn(responses, form.key) ? responses[form.key] : undefined;
    if (response !== undefined) await fill(asked, asking, { form, response });
  }
}

async function shown(asked: Asked, { params }: QuestionForm, signal: AbortSignal): Promise<unknown> {
  const options = { signal, timeout: longestThoughtMs };
  // A client that does not show it, or is gone, has put it aside.
  return await asked.context.mcpReq.send({ method: "elicitation/create", params }, options).catch(() => undefined);
}

/**
 * Takes what the user has made of a form: `null` where it was declined. Answers whether it is settled; one that was
 * put aside is not, and one that somebody else has answered is.
 */
async function fill(
  asked: Asked,
  { call, question }: Asking,
  { form, response }: { form: QuestionForm; response: unknown },
): Promise<boolean> {
  const { data } = filled.safeParse(response);
  if (data === undefined || data.action === "cancel") return false;
  const value = data.action === "accept" ? form.valueOf(data.content ?? {}) : null;
  const whole = asked.house.partial.fill(question, form.key, value);
  if (whole === undefined) return true;
  try {
    const answer = { call, request: question.request, value: whole.answer };
    await asked.house.operations["call.answer"](asked, answer);
  } catch (error) {
    const isSettled = error instanceof Fault && (error.code === "input.invalid" || error.code === "call.ended");
    if (!isSettled) throw error;
  }
  return true;
}
