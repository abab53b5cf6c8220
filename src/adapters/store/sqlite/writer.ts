import type { Called } from "../../../core/store/bind-verbs.ts";
import type { Outcome } from "../../../core/store/group-commit.ts";
import { charsIn, maxAnswerChars } from "../../../core/store/verbs/answer-size.ts";
import { beginVerb } from "../../../core/store/verbs/table.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Database } from "./database.ts";
import type { Reserve } from "./reserve.ts";

const sqliteFull = 13;
/** Errors of the engine or the disk; a constraint, a type or a bug in a verb is none of these. */
const engineErrors = new Set([5, 6, 7, 8, 9, 10, 11, sqliteFull, 14, 26]);

/**
 * Runs batches of verbs, each batch one commit. Every verb sees what those before it did. Where one has a bug the commit
 * is undone and each is done in one of its own: so bugs cost time and nothing else. Room is *held* by a reserve file, or
 * *given up* on a full disk: then what runs may end and new calls are refused, until there is enough to hold it again.
 */
export class Writer {
  readonly #database: Database;
  readonly #reserve: Reserve;
  /** How many characters the verb that runs has read. */
  #readChars = 0;

  constructor(parts: { database: Database; reserve: Reserve }) {
    this.#database = parts.database;
    this.#reserve = parts.reserve;
  }

  /**
   * Answers once it is durable as much of the batch as fits into one answer, or throws the fault that all its
   * verbs failed with. On a full disk the reserve is given up, so that what runs can end; new calls are refused
   * until it is held again.
   */
  run(batch: readonly Called[]): Outcome[] {
    try {
      return this.#commit(batch);
    } catch (error) {
      if (engineCode(error) !== sqliteFull || !this.#reserve.held) throw faultOf(error);
    }
    this.#reserve.giveUp();
    try {
      return this.#commit(batch);
    } catch (error) {
      throw faultOf(error);
    }
  }

  #commit(batch: readonly Called[]): Outcome[] {
    const room = this.#reserve.held || !batch.some(needsRoom) || this.#reserve.restore();
    try {
      return this.#database.transaction(() => this.#upToFull(batch, (called) => this.#perform(called, room)));
    } catch (error) {
      if (engineCode(error) !== undefined) throw error;
      return batch.length === 1 ? [{ error }] : this.#upToFull(batch, (called) => this.#alone(called));
    }
  }

  /** One verb after the other, until their answers are as large as one answer may be. */
  #upToFull(batch: readonly Called[], run: (called: Called) => Outcome): Outcome[] {
    const outcomes: Outcome[] = [];
    let chars = 0;
    for (const called of batch) {
      this.#readChars = 0;
      outcomes.push(run(called));
      chars += this.#readChars;
      if (chars > maxAnswerChars) break;
    }
    return outcomes;
  }

  /** A verb with a bug undoes its commit; the others are then done without it. */
  #alone(called: Called): Outcome {
    try {
      return this.#commit([called])[0] ?? { error: new Error("No outcome") };
    } catch (error) {
      return { error: faultOf(error) };
    }
  }

  #perform(called: Called, room: boolean): Outcome {
    if (!room && needsRoom(called)) return { error: withoutReserve(this.#reserve.expectedBytes) };
    const verb = beginVerb(called);
    let step = verb.next();
    while (step.done !== true) {
      const rows = this.#database.rows(step.value);
      this.#readChars += charsIn(rows);
      step = verb.next(rows);
    }
    return { value: step.value };
  }
}

/** New work, and the question whether there may be any; everything else serves what was acknowledged. */
function needsRoom(called: Called): boolean {
  return called.name === "accept" || called.name === "check";
}

function engineCode(error: unknown): number | undefined {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return undefined;
  const code = error.errcode & 0xff;
  return engineErrors.has(code) ? code : undefined;
}

function full(cause?: unknown): Fault {
  return new Fault("store.full", "Cannot write to the store: the disk is full, expected room", { cause });
}

/** Little is free, and that is for what runs. */
function withoutReserve(expectedBytes: number): Fault {
  const expected = `expected ${Math.ceil(expectedBytes / 2 ** 20)} MiB to be free there`;
  return new Fault("store.full", `Cannot take new work: the disk of the store is full, or nearly, ${expected}`, {
    facts: { expectedBytes },
  });
}

function faultOf(error: unknown): Fault {
  if (engineCode(error) === sqliteFull) return full(error);
  const reason = error instanceof Error ? error.message : String(error);
  return new Fault("store.unavailable", `Cannot write to the store: ${reason}, expected a working disk`, {
    cause: error,
  });
}
