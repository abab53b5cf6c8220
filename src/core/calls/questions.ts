import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Outbox } from "./outbox.ts";
import type { Record } from "./record.ts";

/** A question waits so long for its answer. */
const answerWithinMs = 24 * 3_600_000;

/** A call's questions to its user: asked in order, answered from any connection, not asked again after a crash. */
export class Questions {
  readonly #outbox: Outbox;
  readonly #answered: readonly unknown[];
  readonly #newId: () => string;
  readonly #clock: Clock;
  readonly #open = new Map<string, PromiseWithResolvers<unknown>>();
  #asked = 0;

  constructor(parts: { outbox: Outbox; record: Record; newId: () => string; clock: Clock }) {
    this.#outbox = parts.outbox;
    this.#answered = parts.record.answers;
    this.#newId = parts.newId;
    this.#clock = parts.clock;
  }

  /** Whether the next question was answered in an earlier attempt. */
  get isAnswered(): boolean {
    return this.#asked < this.#answered.length;
  }

  /** Resolves with the answer; refuses with `call.deadline` when none came within 24 hours. */
  async ask(question: { prompt: string; schema?: unknown }, signal: AbortSignal): Promise<unknown> {
    if (this.isAnswered) return this.#answered[this.#asked++];
    this.#asked += 1;
    const request = this.#newId();
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(request, answer);
    using _late = this.#clock.timer(answerWithinMs, () =>
      answer.reject(new Fault("call.deadline", "Cannot go on: nobody answered its question within 24 hours")),
    );
    this.#outbox.emit("input.requested", { request, ...question });
    try {
      return await orAborted(answer.promise, signal);
    } finally {
      this.#open.delete(request);
    }
  }

  answer(request: string, value: unknown): void {
    const open = this.#open.get(request);
    if (open === undefined || !this.#outbox.emit("input.answered", { request, value })) {
      throw new Fault("input.invalid", `Cannot answer ${request}: this call asks no such question now`);
    }
    open.resolve(value);
  }
}
