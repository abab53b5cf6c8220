import type { Clock } from "../../base/clock.ts";
import type { Deadline } from "../../base/deadline.ts";
import type { CallPermits } from "./call-permits.ts";
import type { Gate } from "./gate.ts";
import type { Outbox } from "./outbox.ts";
import type { Question, Questions } from "./questions.ts";
import type { Pausable } from "./work.ts";

/** A pause stops the deadline no longer than this. */
const maxPauseMs = 900_000;

export interface RestParts {
  outbox: Outbox;
  questions: Questions;
  permits: CallPermits;
  gate: Gate;
  deadline: Deadline;
  clock: Clock;
  /** The call's own: it ends every wait in here. */
  signal: AbortSignal;
  /** What freezes with the call now: its tool's parts, its children. */
  frozen: () => Iterable<Pausable>;
}

/**
 * Whether a call runs or rests. A caller's pause and a tool's question want it to rest, a resume and an answer
 * want it to run; one transition at a time brings gate, permits, deadline and processes to what is wanted last.
 */
export class Rest implements Disposable {
  readonly #parts: RestParts;
  #wanted: "run" | "rest" = "run";
  /** `stopping`: the gate is closed, and what runs has not been frozen yet. */
  #is: "run" | "stopping" | "rest" = "run";
  #settling: Promise<void> = Promise.resolve();
  #asking: Promise<unknown> = Promise.resolve();
  #pauseLimit: Disposable | undefined;

  constructor(parts: RestParts) {
    this.#parts = parts;
  }

  /** Resolves once nothing of the call goes on. Without effect on what waits, ends or has ended. */
  async pause(by: "caller" | "parent"): Promise<void> {
    const { outbox, clock, deadline } = this.#parts;
    if (outbox.emit("call.paused", { by })) {
      this.#pauseLimit = clock.timer(maxPauseMs, () => deadline.go());
    } else if (outbox.state.phase !== "paused") return;
    await this.#want("rest");
  }

  /** Resolves once the call goes on, or is to rest again. Without effect unless it is paused. */
  async resume(): Promise<void> {
    if (this.#parts.outbox.state.phase !== "paused") return;
    await this.#want("run");
  }

  /** Asks the user, one question after another; the call rests until the answer, and goes on with its permits. */
  async ask(question: Question): Promise<unknown> {
    const asked = this.#asking.then(() => this.#askNow(question));
    this.#asking = asked.catch(() => {});
    return await asked;
  }

  /** Answers what was asked; `input.invalid` where there is no such question. */
  async answer(request: string, value: unknown): Promise<void> {
    this.#parts.questions.answer(request, value);
    await this.#parts.outbox.flushed();
  }

  [Symbol.dispose](): void {
    this.#pauseLimit?.[Symbol.dispose]();
  }

  async #askNow(question: Question): Promise<unknown> {
    const { questions, outbox, gate, signal } = this.#parts;
    const known = questions.remembered();
    if (known !== undefined) return known.answer;
    await gate.passed(signal);
    const answer = questions.ask(question, signal);
    // It is awaited in its turn; until then a cancel is not unhandled.
    answer.catch(() => {});
    await this.#want("rest");
    const value = await answer;
    if (outbox.state.phase !== "paused") await this.#want("run");
    await gate.passed(signal);
    return value;
  }

  async #want(wanted: "run" | "rest"): Promise<void> {
    this.#wanted = wanted;
    if (wanted === "rest") {
      // Before anything is awaited: whoever is at the gate now must see what the journal says.
      this.#parts.gate.close();
      this.#parts.permits.leaveLine();
      if (this.#is === "run") this.#is = "stopping";
    }
    this.#settling = this.#settling.then(() => this.#settle());
    await this.#settling;
    await this.#parts.outbox.flushed();
  }

  /** Never rejects: what fails here has ended with the call's signal. */
  async #settle(): Promise<void> {
    while (this.#wanted !== this.#is && !this.#parts.signal.aborted) {
      if (this.#wanted === "rest") await this.#lieDown();
      else if (!(await this.#getUp())) return;
    }
  }

  async #lieDown(): Promise<void> {
    const { deadline, permits, frozen } = this.#parts;
    this.#is = "rest";
    deadline.stop();
    permits.park();
    await Promise.all([...frozen()].map((part) => part.pause()));
  }

  async #getUp(): Promise<boolean> {
    const { gate, deadline, permits, frozen, outbox, signal } = this.#parts;
    const regained = await permits.regain(signal).catch(() => false);
    if (!regained) return this.#wanted === "rest";
    const { phase } = outbox.state;
    if (phase === "paused" || phase === "queued") outbox.emit("call.resumed", {});
    this.#pauseLimit?.[Symbol.dispose]();
    this.#is = "run";
    deadline.go();
    await Promise.all([...frozen()].map((part) => part.resume()));
    if (this.#wanted === "run") gate.open();
    return true;
  }
}
