import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Outbox } from "./outbox.ts";
import type { RunParts } from "./run-parts.ts";

/** A question waits so long for its answer. */
const answerWithinMs = 24 * 3_600_000;

/** What a user is asked; `schema` goes along for whoever shows it, the answer is not held to it here. */
export interface Question {
  prompt: string;
  schema?: unknown;
}

/** A call's questions to its user: asked in order, answered from any connection, not asked again after a crash. */
export class Questions {
  readonly #outbox: Outbox;
  readonly #answers: readonly unknown[];
  readonly #newId: () => string;
  readonly #clock: Clock;
  readonly #open = new Map<string, PromiseWithResolvers<unknown>>();
  #asked = 0;

  constructor({ services, outbox, record }: Pick<RunParts, "services" | "outbox" | "record">) {
    this.#outbox = outbox;
    this.#answers = record.answers;
    this.#newId = services.newId;
    this.#clock = services.clock;
  }

  /** The answer that an earlier attempt got to the next question, if it did. */
  remembered(): { answer: unknown } | undefined {
    return this.#asked < this.#answers.length ? { answer: this.#answers[this.#asked++] } : undefined;
  }

  /** Resolves with the answer; refuses with `call.deadline` when none came within 24 hours, `call.ended` where nothing can be asked. */
  async ask(question: Question, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const request = this.#newId();
    if (!this.#outbox.emit("input.requested", { request, ...question })) {
      throw new Fault("call.ended", `Cannot ask: the call is ${this.#outbox.state.phase}, expected it to run`);
    }
    this.#asked += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(request, answer);
    using _late = this.#clock.timer(answerWithinMs, () => answer.reject(unanswered()));
    try {
      return await orAborted(answer.promise, signal);
    } finally {
      this.#open.delete(request);
    }
  }

  /** Refuses with `input.invalid` where the call asks no such question now. */
  answer(request: string, value: unknown): void {
    const open = this.#open.get(request);
    if (open === undefined || !this.#outbox.emit("input.answered", { request, value })) {
      throw new Fault(
        "input.invalid",
        `Cannot answer ${request}: this call asks no such question now, expected the id of one that is open`,
      );
    }
    open.resolve(value);
  }
}

function unanswered(): Fault {
  return new Fault("call.deadline", "Cannot go on: nobody answered its question, expected that within 24 hours");
}
