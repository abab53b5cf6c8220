import { type Clock, sleep } from "../../base/clock.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import type { Want } from "../budgets/meter.ts";
import type { Needs } from "./auto.ts";
import { retryWaitMs } from "./backoff.ts";
import type { Choice } from "./choice.ts";
import { meaningOf } from "./meaning.ts";
import type { Message } from "./model.ts";
import type { Models } from "./models.ts";
import { cut, type Heard, OneRequest, type Try } from "./one-request.ts";
import type { Answer, By, Question, Room, Sought } from "./question.ts";
import { Uploads } from "./uploads.ts";
import { fitWindow, inputTokensOf } from "./window.ts";

export interface AskingParts {
  models: Models;
  clock: Clock;
  /** Output tokens where neither the caller nor the catalogue names fewer. */
  defaultOutputTokens: number;
  /** In [0, 1); `Math.random`. */
  random: () => number;
}

/** A question at one model. */
interface Asked extends By {
  question: Question;
  choice: Choice;
}

/** Where nobody knows a model's window. */
const unknownWindow = 32_768;
/** Of a window; what a vendor adds to a prompt takes the rest. */
const usableShare = 0.95;
/** Requests of one answer in which the vendor runs tools itself. */
const mostRounds = 6;

/**
 * Asks a model one question within a call, shows the answer as it comes, and is the only layer that retries: a
 * later try voids what an earlier one showed. Another model is asked only where the policy names it.
 */
export class Asking {
  readonly #models: Models;
  readonly #clock: Clock;
  readonly #defaultOutputTokens: number;
  readonly #random: () => number;
  readonly #requests: OneRequest;
  readonly #uploads = new Uploads();

  constructor({ models, clock, defaultOutputTokens, random }: AskingParts) {
    this.#models = models;
    this.#clock = clock;
    this.#defaultOutputTokens = defaultOutputTokens;
    this.#random = random;
    this.#requests = new OneRequest({ models, clock });
  }

  /**
   * The whole answer. Faults: `model.*`, `budget.*`, `input.too-large`; facts say how often it was tried, and which
   * fallbacks did not answer either.
   */
  async ask(question: Question, by: By, signal: AbortSignal): Promise<Answer> {
    const asked = { question, choice: question.choice, ...by };
    try {
      return await this.#askOne(asked, signal);
    } catch (failure) {
      if (!(failure instanceof Fault)) throw failure;
      if (failure.code === "model.unknown") throw await this.#models.unknownAt(question.choice, failure, signal);
      if (!meaningOf(failure).elsewhere) throw failure;
      return await this.#elsewhere(asked, failure, signal);
    }
  }

  /** The first that answers of those that the policy names; else what went wrong at first, with why none of them did. */
  async #elsewhere(asked: Asked, failed: Fault, signal: AbortSignal): Promise<Answer> {
    const fallbacks: { model: string; code: FaultCode }[] = [];
    for (const model of this.#models.fallbacksOf(asked.choice)) {
      try {
        return await this.#askOne({ ...asked, choice: this.#models.insteadOf(asked.choice, model, failed) }, signal);
      } catch (failure) {
        if (!(failure instanceof Fault) || signal.aborted) throw failure;
        fallbacks.push({ model, code: failure.code });
      }
    }
    throw fallbacks.length === 0 ? failed : failed.with({ fallbacks });
  }

  /** Chooses who is to answer, once: the messages are composed for its room. Faults: `model.*`. */
  async room(sought: Sought, signal: AbortSignal): Promise<Room> {
    await this.#models.look(sought.model, signal);
    const chosen = this.#models.resolve(sought.model, needsOf(sought));
    const choice = sought.why === undefined ? chosen : { ...chosen, why: sought.why };
    const window = this.#models.facts(choice)?.contextTokens ?? unknownWindow;
    const free = window * usableShare - this.#outputTokens(sought, choice);
    return { choice, inputTokens: Math.max(0, Math.floor(free)) };
  }

  #outputTokens({ maxOutputTokens }: Pick<Question, "maxOutputTokens">, choice: Choice): number {
    const wanted = maxOutputTokens ?? this.#defaultOutputTokens;
    return Math.min(wanted, this.#models.facts(choice)?.maxOutputTokens ?? wanted);
  }

  /** Tools that the vendor runs itself get their arguments back until it answers: each round is a request of its own. */
  async #askOne(asked: Asked, signal: AbortSignal): Promise<Answer> {
    const { question, choice, asker, meter } = asked;
    meter.modelCall(promptOf(question, choice));
    const to = { model: this.#models.at(choice).model, principal: asker.owner.principal };
    let messages = await this.#uploads.given(question.messages, to, signal);
    let text = "";
    for (let round = 1; round <= mostRounds; round++) {
      const heard = await this.#retrying({ ...asked, question: { ...question, messages } }, signal);
      text += heard.text;
      const echoed = heard.toolCalls.filter(({ echo }) => echo === true);
      // Whoever gave it tools of its own answers the vendor's along with them.
      if (echoed.length < heard.toolCalls.length || echoed.length === 0) return answerOf(choice, { ...heard, text });
      messages = [...messages, ...turnOf(heard)];
    }
    throw cut(choice, `it wanted its own tools ${mostRounds} times`, "an answer");
  }

  async #retrying(asked: Asked, signal: AbortSignal): Promise<Heard> {
    const { asker, meter, choice, question } = asked;
    const { shows = [] } = question;
    const request = requestOf(question, choice);
    const want = this.#want({ question, choice });
    for (let tries = 1; ; tries++) {
      if (shows.length > 0) asker.emit("files.sent", { provider: choice.provider, files: shows });
      const trying: Try = { asker, meter, choice, tries, request, want };
      try {
        return await this.#requests.send(trying, signal);
      } catch (failure) {
        if (!(failure instanceof Fault)) throw failure;
        await this.#wait(trying, failure, signal);
      }
    }
  }

  /** Waits for the next try, or throws the failure with the count of tries where there is none. */
  async #wait({ asker, meter, choice, tries }: Try, fault: Fault, signal: AbortSignal): Promise<void> {
    const waitMs = retryWaitMs(fault, { tries, leftMs: asker.deadline.leftMs, random: this.#random() });
    if (waitMs === undefined) throw fault.with({ tries });
    const { provider, model } = choice;
    meter.usage.retries++;
    asker.emit("model.retried", { provider, model, fault: fault.view(), waitMs });
    await sleep(this.#clock, waitMs, signal);
  }

  #want({ question, choice }: Pick<Asked, "question" | "choice">): Want {
    const { provider, model } = choice;
    const { contextTokens = null, maxOutputTokens = null, price = null } = this.#models.facts(choice) ?? {};
    const inputTokens = inputTokensOf(question);
    const wanted = { inputTokens, outputTokens: this.#outputTokens(question, choice) };
    const fitting = fitWindow(wanted, { contextTokens, maxOutputTokens });
    if (fitting.kind === "too-large") throw tooLarge(choice, { inputTokens, contextTokens });
    return { provider, model, inputTokens, outputTokens: fitting.outputTokens, price };
  }
}

function requestOf(question: Question, { model }: Choice): Try["request"] {
  const { messages, temperature, thinking, webSearch, tools, toolChoice, responseFormat, cache } = question;
  return {
    model,
    messages,
    ...(temperature !== undefined && { temperature }),
    ...(thinking !== undefined && { thinking }),
    ...(webSearch !== undefined && { webSearch }),
    ...(tools !== undefined && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(responseFormat !== undefined && { responseFormat }),
    ...(cache !== undefined && { cache }),
  };
}

function needsOf({ tool, extent, webSearch, thinking, tools = [], responseFormat }: Sought): Needs {
  const beside = inputTokensOf({ messages: [], tools, responseFormat, webSearch });
  return {
    tool,
    inputTokens: extent.inputTokens + beside,
    leastTokens: extent.leastTokens + beside,
    images: extent.images,
    tools: tools.length > 0,
    webSearch: webSearch === true,
    thinking: thinking?.mode === "high" || thinking?.mode === "max",
  };
}

/** All that tells one prompt from another. */
function promptOf(question: Question, choice: Choice): string {
  const { messages, ...rest } = requestOf(question, choice);
  const said = messages.map(({ role, text, toolCallId, toolCalls }) => [role, text, toolCallId, toolCalls]);
  return JSON.stringify([choice.provider, rest, said]);
}

/** The assistant's turn with what its vendor wants back. */
function turnOf({ text, reasoning, toolCalls, end }: Heard): Message[] {
  const thought = reasoning === "" ? {} : { reasoning };
  const carried = end.carry === undefined ? {} : { carry: end.carry };
  return [
    { role: "assistant", text, toolCalls, ...thought, ...carried },
    ...toolCalls.map((call) => ({ role: "tool" as const, text: call.arguments, toolCallId: call.id })),
  ];
}

function answerOf(choice: Choice, { text, reasoning, toolCalls, end }: Heard): Answer {
  if (text === "" && toolCalls.length === 0) throw empty(choice, end);
  const { reason: finish, citations, ignored, carry, model } = end;
  return {
    ...choice,
    text,
    finish,
    ...(reasoning === "" ? {} : { reasoning }),
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(citations === undefined ? {} : { citations }),
    ...(ignored === undefined ? {} : { ignored }),
    ...(carry === undefined ? {} : { carry }),
    ...(model === undefined || model === choice.model ? {} : { answeredAs: model }),
  };
}

/** Paid for and empty: no success, and asking again would be paid for as well. */
function empty(choice: Choice, { reason }: Heard["end"]): Fault {
  return reason === "length"
    ? cut(choice, "it used up its output limit before the answer began", "a larger maxOutputTokens")
    : cut(choice, "its answer is empty", "text");
}

function tooLarge({ provider, model }: Choice, facts: { inputTokens: number; contextTokens: number | null }): Fault {
  const { inputTokens, contextTokens } = facts;
  return new Fault(
    "input.too-large",
    `Cannot ask ${model}: the prompt takes about ${inputTokens} tokens, expected room for an answer in its window of ${contextTokens}`,
    { facts: { provider, model, inputTokens, contextTokens } },
  );
}
