import { type Question, Questions } from "./questions.ts";
import type { RunParts } from "./run-parts.ts";
import type { Pausable } from "./work.ts";

/** A pause stops the deadline no longer than this. */
const maxPauseMs = 900_000;

/**
 * Whether a call runs or rests. A caller's pause and a tool's question want it to rest, a resume and an answer
 * want it to run; one transition at a time brings gate, permits, deadline and processes to what is wanted last.
 */
export class Rest implements Disposable {
  readonly #parts: RunParts;
  readonly #questions: Questions;
  readonly #frozen: () => Iterable<Pausable>;
  #wanted: "run" | "rest" = "run";
  /** `stopping`: the gate is closed, and what runs has not been frozen yet. */
  #is: "run" | "stopping" | "rest" = "run";
  #settling: Promise<void> = Promise.resolve();
  #asking: Promise<unknown> = Promise.resolve();
  #pauseLimit: Disposable | undefined;

  /** `frozen` answers what freezes with the call now: its tool's parts, its children. */
  constructor(parts: RunParts, frozen: () => Iterable<Pausable>) {
    this.#parts = parts;
    this.#questions = new Questions(parts);
    this.#frozen = frozen;
  }

  /** Resolves once nothing of the call goes on. Without effect on what waits, ends or has ended. */
  async pause(by: "caller" | "parent"): Promise<void> {
    const { outbox, services, deadline } = this.#parts;
    if (outbox.emit("call.paused", { by })) {
      this.#pauseLimit = services.clock.timer(maxPauseMs, () => deadline.go());
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
    this.#questions.answer(request, value);
    await this.#parts.outbox.flushed();
  }

  [Symbol.dispose](): void {
    this.#pauseLimit?.[Symbol.dispose]();
  }

  async #askNow(question: Question): Promise<unknown> {
    const { outbox, gate, stop } = this.#parts;
    const { signal } = stop;
    const known = this.#questions.remembered();
    if (known !== undefined) return known.answer;
    await gate.passed(signal);
    const answer = this.#questions.ask(question, signal);
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
    while (this.#wanted !== this.#is && this.#parts.stop.reason === undefined) {
      if (this.#wanted === "rest") await this.#lieDown();
      else if (!(await this.#getUp())) return;
    }
  }

  async #lieDown(): Promise<void> {
    const { deadline, permits } = this.#parts;
    this.#is = "rest";
    deadline.stop();
    permits.park();
    await Promise.all([...this.#frozen()].map((part) => part.pause()));
  }

  async #getUp(): Promise<boolean> {
    const { gate, deadline, permits, outbox, stop } = this.#parts;
    const regained = await permits.regain(stop.signal).catch(() => false);
    if (!regained) return this.#wanted === "rest";
    const { phase } = outbox.state;
    if (phase === "paused" || phase === "queued") outbox.emit("call.resumed", {});
    this.#pauseLimit?.[Symbol.dispose]();
    this.#is = "run";
    deadline.go();
    await Promise.all([...this.#frozen()].map((part) => part.resume()));
    if (this.#wanted === "run") gate.open();
    return true;
  }
}
