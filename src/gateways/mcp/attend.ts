import type { ProgressToken, Result } from "@modelcontextprotocol/server";
import { CallFollower } from "../../core/calls/call-follower.ts";
import { type OpenQuestion, openQuestion } from "../../core/calls/open-question.ts";
import type { WireEvent } from "../../core/calls/wire-event.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Asked } from "./asked.ts";
import { endedAnswer, runningAnswer } from "./call-answer.ts";
import { Patience } from "./patience.ts";
import { tellProgress } from "./progress.ts";
import { showsForms } from "./question-form.ts";
import { putQuestion, questionResult } from "./questions.ts";
import { releaseOnceWritten } from "./release.ts";

/** How a client waits for a call; after `waitMs` it is given the handle instead. */
export interface Watch {
  call: CallId;
  /** The last event that the client has; its news come from behind it. */
  after: number;
  token: ProgressToken | undefined;
  waitMs: number;
}

interface Waiting {
  patience: Patience;
  follower: CallFollower;
}

/**
 * Waits for a call with the client: its answer, what it asks, or its handle before the client's limit. What it
 * asks is put to the user where the client can.
 */
export async function attend(asked: Asked, watch: Watch): Promise<Result> {
  const answer = await answerInTime(asked, watch);
  if (answer !== undefined) return answer;
  const { operations, journal } = asked.house;
  const view = await operations["call.get"](asked, watch);
  return hasEnded(view.phase) ? endedAnswer(asked, view) : handle(asked, view, await openQuestion(journal, view));
}

/** Nothing once the patience is at its end. */
async function answerInTime(asked: Asked, watch: Watch): Promise<Result | undefined> {
  const { signal, house } = asked;
  const { clock, stopping, journal } = house;
  using patience = new Patience({ clock, signal, stopping, waitMs: watch.waitMs });
  using follower = new CallFollower(journal, watch);
  try {
    return await outcome(asked, watch, { patience, follower });
  } catch (error) {
    if (signal.aborted || !patience.isOver) throw error;
    return undefined;
  }
}

/** What ends the wait; rejects where the patience is at its end. */
async function outcome(asked: Asked, { call, after, token }: Watch, waiting: Waiting): Promise<Result> {
  // Whoever begins before the first event reads everything there.
  for (let isNews = after > 0; ; ) {
    const answer = isNews ? await answerNow(asked, call, waiting) : undefined;
    if (answer !== undefined) return answer;
    const { events, state } = await waiting.follower.next(waiting.patience.signal);
    await tellProgress(asked, token, events);
    isNews = state !== "open" || events.some(isQuestion);
  }
}

function isQuestion({ type }: WireEvent): boolean {
  return type === "input.requested";
}

/** The answer to the request as the call stands; nothing where it goes on. */
async function answerNow(asked: Asked, call: CallId, waiting: Waiting): Promise<Result | undefined> {
  const { operations, journal } = asked.house;
  const view = await operations["call.get"](asked, { call });
  if (hasEnded(view.phase)) return endedAnswer(asked, view);
  const question = await openQuestion(journal, view);
  return question === undefined ? undefined : await ask(asked, { view, question }, waiting);
}

async function ask(
  asked: Asked,
  { view, question }: { view: CallView; question: OpenQuestion },
  { patience, follower }: Waiting,
): Promise<Result | undefined> {
  const { call } = view;
  if (!showsForms(asked.capabilities)) return handle(asked, view, question);
  if (asked.era === "modern") {
    const result = await questionResult(asked, { call, question });
    releaseOnceWritten(asked, call);
    return result;
  }
  patience.stand();
  const outcome = await putQuestion(asked, { call, question }, follower);
  patience.go();
  return outcome === "dismissed" ? handle(asked, view, question) : undefined;
}

/** The call's handle for an answer, and what it asks. */
function handle(asked: Asked, view: CallView, question: OpenQuestion | undefined): Result {
  releaseOnceWritten(asked, view.call);
  return runningAnswer(view, question);
}
