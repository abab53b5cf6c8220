import type { Called } from "../../../core/store/bind-verbs.ts";
import { type Answer, failureOf, type Numbered, type Task, type VerbsTask } from "./messages.ts";

/** Messages are taken into a commit until it has so many verbs: the first of them would wait for more. */
const enoughVerbs = 1024;

interface TasksParts {
  /** One answer a verb, from the first on as many as there is room for, and one at least; throws what all failed with. */
  commit: (batch: readonly Called[]) => Answer[];
  /** Throws what the task failed with. */
  perform: (task: Exclude<Task, VerbsTask>) => unknown;
  answer: (id: number, answer: Answer) => void;
}

/**
 * What waits for the store's thread, done in its order. Verbs that came meanwhile are one commit, in however many
 * messages they came; where that fails, each message is one of its own. Verbs of a message that an answer had no room
 * for come back; until then nothing else is done.
 */
export class Tasks {
  readonly #parts: TasksParts;
  #waiting: Numbered<Task>[] = [];
  #isDue = false;
  #awaitsRest = false;
  /** How many messages from the front on are a commit each. */
  #apart = 0;

  constructor(parts: TasksParts) {
    this.#parts = parts;
  }

  /** Begins once all messages that have arrived are taken. */
  take(message: Numbered<Task>): void {
    if (message.body.do === "verbs" && message.body.turn === "rest") {
      this.#awaitsRest = false;
      this.#waiting.unshift(message);
    } else this.#waiting.push(message);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#isDue = false;
    while (!this.#awaitsRest) {
      const verbs = this.#takeVerbs();
      const next = verbs.length > 0 ? undefined : this.#waiting.shift();
      if (verbs.length > 0) this.#commit(verbs);
      else if (next === undefined) return;
      else if (next.body.do !== "verbs") void this.#perform(next.id, next.body);
    }
  };

  #takeVerbs(): Numbered<VerbsTask>[] {
    const taken: Numbered<VerbsTask>[] = [];
    let verbs = 0;
    const enough = this.#apart > 0 ? 1 : enoughVerbs;
    for (const { id, body } of this.#waiting) {
      if (body.do !== "verbs" || verbs >= enough) break;
      taken.push({ id, body });
      verbs += body.batch.length;
    }
    this.#apart = Math.max(0, this.#apart - 1);
    this.#waiting.splice(0, taken.length);
    return taken;
  }

  #commit(messages: readonly Numbered<VerbsTask>[]): void {
    const answers = this.#committed(messages);
    if (answers === undefined) return;
    try {
      this.#tell(messages, answers);
    } catch (error) {
      this.#fail(messages, error);
    }
  }

  /** Nothing where that failed. What is too much for a full disk together may have room one by one. */
  #committed(messages: readonly Numbered<VerbsTask>[]): readonly Answer[] | undefined {
    try {
      return this.#parts.commit(messages.flatMap(({ body }) => body.batch));
    } catch (error) {
      if (messages.length === 1) this.#fail(messages, error);
      else {
        this.#waiting.unshift(...messages);
        this.#apart = messages.length;
      }
      return undefined;
    }
  }

  #fail(messages: readonly Numbered<VerbsTask>[], error: unknown): void {
    for (const { id } of messages) this.#parts.answer(id, { failure: failureOf(error) });
  }

  /** Each message gets the answers of its own verbs; what none is left for waits on. */
  #tell(messages: readonly Numbered<VerbsTask>[], answers: readonly Answer[]): void {
    const waiting = [...messages];
    let left = answers;
    for (let message = waiting[0]; message !== undefined && left.length > 0; message = waiting[0]) {
      const { length } = message.body.batch;
      const value = left.slice(0, length);
      this.#parts.answer(message.id, { value });
      this.#awaitsRest = value.length < length;
      left = left.slice(length);
      waiting.shift();
    }
    this.#waiting.unshift(...waiting);
  }

  async #perform(id: number, task: Exclude<Task, VerbsTask>): Promise<void> {
    try {
      const value = this.#parts.perform(task);
      this.#parts.answer(id, { value: value instanceof Promise ? await value : value });
    } catch (error) {
      this.#parts.answer(id, { failure: failureOf(error) });
    }
  }
}
