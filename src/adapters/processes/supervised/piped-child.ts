import { constants } from "node:os";
import type { Clock } from "../../../base/clock.ts";
import type {
  Child,
  OutputChunk,
  ProcessExit,
  ProcessUsage,
  TerminalSize,
} from "../../../core/processes/process-host.ts";
import { MergedOutput } from "./merged-output.ts";
import { StandardInput } from "./standard-input.ts";
import type { Pipes, Supervision } from "./supervision.ts";

/** A running command: its tree by whoever supervises it, its bytes by the pipes themselves. */
export class PipedChild implements Child {
  readonly exited: Promise<ProcessExit>;
  readonly #supervision: Supervision;
  readonly #output: MergedOutput;
  readonly #input: StandardInput;

  constructor(parts: { supervision: Supervision; pipes: Pipes; clock: Clock }) {
    this.#supervision = parts.supervision;
    this.#output = new MergedOutput(parts.pipes);
    this.#input = new StandardInput(parts.pipes.stdin);
    this.exited = this.#finish(parts.clock);
    // It may be that nobody asks how a command ended that was lost.
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.#supervision.pid;
  }

  output(): AsyncIterable<OutputChunk> {
    return this.#output;
  }

  input(bytes: Uint8Array): Promise<void> {
    return this.#input.write(bytes);
  }

  endInput(): void {
    this.#input.end();
  }

  pause(): Promise<"done" | "gone"> {
    return this.#supervision.pause();
  }

  resume(): Promise<"done" | "gone"> {
    return this.#supervision.resume();
  }

  resize(size: TerminalSize): Promise<"done" | "gone"> {
    return this.#supervision.resize(size);
  }

  usage(): Promise<ProcessUsage | undefined> {
    return this.#supervision.usage();
  }

  async cancel(request: { graceMs: number }): Promise<ProcessExit> {
    await this.#supervision.cancel(request);
    return await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervision[Symbol.asyncDispose]();
  }

  async #finish(clock: Clock): Promise<ProcessExit> {
    try {
      const ended = await this.#supervision.ended;
      const drained = await this.#output.drain(clock);
      return { ...ended, signalNumber: ended.signal === null ? 0 : constants.signals[ended.signal], drained };
    } catch (error) {
      await this.#output.drain(clock);
      throw error;
    } finally {
      this.#input.destroy();
    }
  }
}
