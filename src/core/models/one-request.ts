import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Want } from "../budgets/meter.ts";
import { nameModel } from "../budgets/name-model.ts";
import { type Choice, slotOf } from "./choice.ts";
import { Deltas } from "./deltas.ts";
import { meaningOf } from "./meaning.ts";
import type { ModelEnd, ModelRequest, ToolCall } from "./model.ts";
import type { Models } from "./models.ts";
import type { Asker, By } from "./question.ts";
import { unlessSilent } from "./unless-silent.ts";

/** One try of a question at one model. */
export interface Try extends By {
  choice: Choice;
  /** All but the output limit, which the budget has a say in. */
  request: Omit<ModelRequest, "maxOutputTokens" | "traceparent">;
  want: Want;
  /** From 1. */
  tries: number;
}

/** The answer of one request, whole. */
export interface Heard {
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  end: ModelEnd;
}

/** No vendor's output limit reaches it: what is longer has lost its end. */
const mostCharacters = 8 * 2 ** 20;

/** What came before it is known whether the answer will be whole. */
class Hearing {
  text = "";
  reasoning = "";
  readonly toolCalls: ToolCall[] = [];

  get anything(): boolean {
    return this.text.length + this.reasoning.length + this.toolCalls.length > 0;
  }
}

/**
 * Sends one request: with a slot at its provider, past the breaker, reserved before and settled after. What
 * becomes of it is told to the provider's health.
 */
export class OneRequest {
  readonly #models: Models;
  readonly #clock: Clock;

  constructor({ models, clock }: { models: Models; clock: Clock }) {
    this.#models = models;
    this.#clock = clock;
  }

  /** Faults: `model.*`, `budget.*`. */
  async send(trying: Try, signal: AbortSignal): Promise<Heard> {
    const { choice, asker, meter, tries } = trying;
    const account = slotOf(choice);
    this.#models.health.check(account);
    using _slot = await asker.slot(account, signal);
    using pass = this.#models.health.pass(account);
    await using hold = await meter.reserve(trying.want);
    meter.usage.requests++;
    nameModel(meter.usage, choice);
    const { provider, model, why } = choice;
    asker.emit("model.requested", { provider, model, why, attempt: tries });
    const startedMs = this.#clock.monotonicMs();
    const span = asker.span("model request", { "exai.provider": provider, "exai.model": model });
    const hearing = new Hearing();
    let failed: string | undefined;
    try {
      const { maxOutputTokens } = hold;
      const request = { ...trying.request, maxOutputTokens, traceparent: span.traceparent };
      const end = await this.#listen({ choice, request, tries, asker }, hearing, signal);
      pass.worked();
      const settled = await hold.settle(end.usage ?? "unknown");
      asker.emit("model.answered", { provider, model, ...settled, wallMs: this.#clock.monotonicMs() - startedMs });
      const { text, reasoning, toolCalls } = hearing;
      return { text, reasoning, toolCalls, end };
    } catch (failure) {
      if (failure instanceof Fault) pass.failed(failure.view());
      failed = failure instanceof Fault ? failure.code : "ended";
      const free = failure instanceof Fault && !hearing.anything && meaningOf(failure).cost === "free";
      await hold.settle(free ? "free" : "unknown");
      throw failure;
    } finally {
      span.end(failed === undefined ? {} : { failed });
    }
  }

  async #listen(
    { choice, request, tries, asker }: { choice: Choice; request: ModelRequest; tries: number; asker: Asker },
    hearing: Hearing,
    signal: AbortSignal,
  ): Promise<ModelEnd> {
    const { model, idleMs } = this.#models.at(choice);
    const limit = { clock: this.#clock, idleMs, provider: choice.provider, model: choice.model };
    using deltas = new Deltas({ clock: this.#clock, show: (kind, text) => asker.delta(kind, text, tries) });
    for await (const part of unlessSilent((linked) => model.answer(request, linked), limit, signal)) {
      if (part.type === "end") return part;
      if (part.type === "tool-call") {
        const { type: _type, ...call } = part;
        hearing.toolCalls.push(call);
        continue;
      }
      deltas.add(part.type, part.text);
      hearing[part.type] += part.text;
      if (hearing.text.length + hearing.reasoning.length > mostCharacters)
        throw cut(choice, "its answer does not end", "a shorter one");
    }
    throw cut(choice, "its answer stopped without an end", "an end");
  }
}

/** An answer that is no answer, and that would be none again. */
export function cut({ provider, model }: Choice, fact: string, expected: string): Fault {
  return new Fault("model.cut", `Cannot answer with ${model}: ${fact}, expected ${expected}`, {
    facts: { provider, model },
  });
}
