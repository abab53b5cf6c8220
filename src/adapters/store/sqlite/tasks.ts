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
 * messages they came. Those of a message that an answer had no room for come back; until then nothing else is done.
 */
export class Tasks {
  readonly #parts: TasksParts;
  #waiting: Numbered<Task>[] = [];
  #isDue = false;
  #awaitsRest = false;

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
    for (const { id, body } of this.#waiting) {
      if (body.do !== "verbs" || verbs >= enoughVerbs) break;
      taken.push({ id, body });
      verbs += body.batch.length;
    }
    this.#waiting.splice(0, taken.length);
    return taken;
  }

  #commit(messages: readonly Numbered<VerbsTask>[]): void {
    try {
      this.#tell(messages, this.#parts.commit(messages.flatMap(({ body }) => body.batch)));
    } catch (error) {
      for (const { id } of messages) this.#parts.answer(id, { failure: failureOf(error) });
    }
  }

  /** Each message gets the answers of its own verbs; what none is left for waits on. */
  #tell(messages: readonly Numbered<VerbsTask>[], answers: readonly Answer[]): void {
    const waiting = [...messages];
    let left = answers;
    for (let message = waiting[0]; message !== undefined && left.length > 0; message = waiting[0]) {
      const { length } = message.body.batch;
      const value = left.slice(0, length);
      this.#awaitsRest = value.length < length;
      this.#parts.answer(message.id, { value });
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
