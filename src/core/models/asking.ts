import { type Clock, sleep } from "../../base/clock.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import type { Usage } from "../../protocol/result.ts";
import type { Meter, Settled, Want } from "../budgets/meter.ts";
import type { Spender } from "../budgets/spender.ts";
import { estimateTokens } from "../budgets/spending.ts";
import { retryWaitMs } from "./backoff.ts";
import { Deltas } from "./deltas.ts";
import type { FinishReason, Message, ModelEnd, ModelRequest } from "./model.ts";
import { type Choice, type Models, slotOf } from "./models.ts";
import { unlessSilent } from "./unless-silent.ts";

export interface Question {
  /** As the caller named it; absent for the default. */
  model?: string | undefined;
  /** Why this model, where not the caller named it. */
  why?: string | undefined;
  messages: readonly Message[];
  temperature?: number | undefined;
  thinking?: ModelRequest["thinking"] | undefined;
  webSearch?: boolean | undefined;
  /** The files that the messages show: told with every request that sends them. */
  shows?: EventData<"files.sent">["files"] | undefined;
  /** The longest answer that is of use; what the budget leaves may be less. */
  maxOutputTokens?: number | undefined;
}

export interface Answer extends Choice {
  text: string;
  finish: FinishReason;
  /** Where the vendor says that another model answered than the one that was asked. */
  answeredAs?: string;
}

/** What a question needs of the call that it is asked in. A `CallContext` is one. */
export interface Asker extends Spender {
  readonly deadline: { readonly leftMs: number };
  span(
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): { readonly traceparent: string; end(outcome: { failed?: string }): void };
  /** One request's slot at `provider:account`. */
  slot(provider: string, signal: AbortSignal): Promise<Disposable>;
  emit<T extends EventType>(type: T, data: EventData<T>): void;
  delta(kind: "text" | "reasoning", text: string): void;
}

export interface AskingParts {
  models: Models;
  clock: Clock;
  /** Output tokens where neither the caller nor the catalogue names fewer. */
  defaultOutputTokens: number;
  /** In [0, 1); `Math.random`. */
  random: () => number;
}

/** One try of a question. */
interface Try {
  question: Question;
  choice: Choice;
  asker: Asker;
  meter: Meter;
  tries: number;
}

interface Heard {
  text: string;
  anything: boolean;
}

/** A vendor that answers so has done nothing that it could charge for. */
const uncharged: readonly FaultCode[] = [
  "model.limited",
  "model.credentials",
  "model.unknown",
  "model.refused",
  "model.unavailable",
];
/** Where nobody knows a model's window. */
const unknownWindow = 32_768;
/** Of a window; what a vendor adds to a prompt takes the rest. */
const usableShare = 0.95;
/** What an image is counted as: the most that the vendors name for one. */
export const imageTokens = 1600;
/** No vendor's output limit reaches it: what is longer has lost its end. */
const mostCharacters = 8 * 2 ** 20;

/**
 * Asks a model one question within a call: reserves before each request and settles after it, shows the answer
 * as it comes, and is the only layer that retries. It retries while nothing of the answer has come, so that
 * nobody sees two beginnings.
 */
export class Asking {
  readonly #models: Models;
  readonly #clock: Clock;
  readonly #defaultOutputTokens: number;
  readonly #random: () => number;

  constructor({ models, clock, defaultOutputTokens, random }: AskingParts) {
    this.#models = models;
    this.#clock = clock;
    this.#defaultOutputTokens = defaultOutputTokens;
    this.#random = random;
  }

  /** The whole answer. Faults: `model.*`, `budget.*`; facts say how often it was tried. */
  async ask(question: Question, by: { asker: Asker; meter: Meter }, signal: AbortSignal): Promise<Answer> {
    const choice = this.#choice(question);
    by.meter.modelCall(promptOf(question, choice));
    for (let tries = 1; ; tries++) {
      const heard: Heard = { text: "", anything: false };
      try {
        return await this.#try({ question, choice, tries, ...by }, heard, signal);
      } catch (failure) {
        if (!(failure instanceof Fault)) throw failure;
        const now = { tries, leftMs: by.asker.deadline.leftMs, random: this.#random() };
        const waitMs = heard.anything ? undefined : retryWaitMs(failure, now);
        if (waitMs === undefined) throw tried(failure, tries);
        await this.#retry({ asker: by.asker, choice, fault: failure, waitMs }, signal);
      }
    }
  }

  /** Who would answer, and for how many input tokens it has room beside its answer. Faults: `model.*`. */
  room(question: Pick<Question, "model" | "why" | "maxOutputTokens">): { choice: Choice; inputTokens: number } {
    const choice = this.#choice(question);
    const window = this.#models.facts(choice)?.contextTokens ?? unknownWindow;
    const free = window * usableShare - this.#outputTokens(question, choice);
    return { choice, inputTokens: Math.max(0, Math.floor(free)) };
  }

  #choice({ model, why }: Pick<Question, "model" | "why">): Choice {
    const choice = this.#models.resolve(model);
    return why === undefined ? choice : { ...choice, why };
  }

  #outputTokens({ maxOutputTokens }: Pick<Question, "maxOutputTokens">, choice: Choice): number {
    const wanted = maxOutputTokens ?? this.#defaultOutputTokens;
    return Math.min(wanted, this.#models.facts(choice)?.maxOutputTokens ?? wanted);
  }

  async #retry(
    { asker, choice, fault, waitMs }: { asker: Asker; choice: Choice; fault: Fault; waitMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { provider, model } = choice;
    asker.usage.retries++;
    asker.emit("model.retried", { provider, model, fault: fault.view(), waitMs });
    await sleep(this.#clock, waitMs, signal);
  }

  async #try(trying: Try, heard: Heard, signal: AbortSignal): Promise<Answer> {
    const { choice, asker, meter, tries } = trying;
    using _slot = await asker.slot(slotOf(choice), signal);
    await using hold = await meter.reserve(this.#want(trying));
    asker.usage.requests++;
    nameModel(asker.usage, choice);
    asker.emit("model.requested", { ...choice, attempt: tries });
    const { shows = [] } = trying.question;
    if (shows.length > 0) asker.emit("files.sent", { provider: choice.provider, files: shows });
    const startedMs = this.#clock.monotonicMs();
    const span = asker.span("model request", { "exai.provider": choice.provider, "exai.model": choice.model });
    let failed: string | undefined;
    try {
      const { traceparent } = span;
      const end = await this.#listen(trying, { heard, maxOutputTokens: hold.maxOutputTokens, traceparent }, signal);
      const settled = await hold.settle(end.usage ?? "unknown");
      return this.#answered({ trying, heard, end, settled, wallMs: this.#clock.monotonicMs() - startedMs });
    } catch (failure) {
      const free = failure instanceof Fault && !heard.anything && uncharged.includes(failure.code);
      failed = failure instanceof Fault ? failure.code : "ended";
      await hold.settle(free ? "free" : "unknown");
      throw failure;
    } finally {
      span.end(failed === undefined ? {} : { failed });
    }
  }

  #want({ question, choice }: Try): Want {
    const { provider, model } = choice;
    const { price = null } = this.#models.facts(choice) ?? {};
    const images = question.messages.reduce((count, message) => count + (message.images?.length ?? 0), 0);
    const inputTokens = estimateTokens(question.messages.map(({ text }) => text)) + images * imageTokens;
    return { provider, model, inputTokens, outputTokens: this.#outputTokens(question, choice), price };
  }

  async #listen(
    { question, choice, asker }: Try,
    { heard, maxOutputTokens, traceparent }: { heard: Heard; maxOutputTokens: number; traceparent: string },
    signal: AbortSignal,
  ): Promise<ModelEnd> {
    const { model, idleMs } = this.#models.at(choice);
    const { messages, temperature, thinking, webSearch } = question;
    const whole = {
      model: choice.model,
      messages,
      maxOutputTokens,
      traceparent,
      ...(temperature !== undefined && { temperature }),
      ...(thinking !== undefined && { thinking }),
      ...(webSearch !== undefined && { webSearch }),
    };
    const patience = { clock: this.#clock, idleMs, provider: choice.provider, model: choice.model };
    using deltas = new Deltas({ clock: this.#clock, show: (kind, text) => asker.delta(kind, text) });
    for await (const part of unlessSilent((linked) => model.answer(whole, linked), patience, signal)) {
      if (part.type === "end") return part;
      heard.anything = true;
      if (part.type === "tool-call") continue;
      deltas.add(part.type, part.text);
      if (part.type === "text") heard.text += part.text;
      if (heard.text.length > mostCharacters) throw cut(choice, "its answer does not end", "a shorter one");
    }
    throw cut(choice, "its answer stopped without an end", "an end");
  }

  #answered(parts: { trying: Try; heard: Heard; end: ModelEnd; settled: Settled; wallMs: number }): Answer {
    const { trying, heard, end, settled, wallMs } = parts;
    const { choice, asker } = trying;
    const { provider, model } = choice;
    asker.emit("model.answered", { provider, model, ...settled, wallMs });
    if (heard.text === "") throw empty(choice, end.reason);
    const answer = { ...choice, text: heard.text, finish: end.reason };
    return end.model === undefined || end.model === model ? answer : { ...answer, answeredAs: end.model };
  }
}

/** All that tells one prompt from another. */
function promptOf({ messages, temperature }: Question, { provider, model }: Choice): string {
  return JSON.stringify([provider, model, temperature, messages.map(({ role, text }) => [role, text])]);
}

/** Adds the model to those that the usage names, once. */
export function nameModel(usage: Usage, { provider, model, why }: Choice): void {
  const named = usage.models.some((other) => other.provider === provider && other.model === model && other.why === why);
  if (!named) usage.models.push({ provider, model, why });
}

function cut({ provider, model }: Choice, fact: string, expected: string): Fault {
  return new Fault("model.cut", `Cannot answer with ${model}: ${fact}, expected ${expected}`, {
    facts: { provider, model },
  });
}

/** Paid for and empty: no success, and asking again would be paid for as well. */
function empty(choice: Choice, reason: FinishReason): Fault {
  return reason === "length"
    ? cut(choice, "it used up its output limit before the answer began", "a larger maxOutputTokens")
    : cut(choice, "its answer is empty", "text");
}

function tried(fault: Fault, tries: number): Fault {
  const { code, message, facts, retry } = fault;
  return Fault.from({ code, message, facts: { ...facts, tries }, retry });
}
