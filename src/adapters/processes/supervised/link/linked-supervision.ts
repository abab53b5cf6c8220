import type { ProcessUsage, TerminalSize } from "../../../../core/processes/process-host.ts";
import { Fault } from "../../../../protocol/fault.ts";
import type { Ended, Supervision } from "../supervision.ts";
import type { Question } from "./messages.ts";

type Ask = (question: Question) => Promise<unknown>;

/** A command that another process supervises. */
export class LinkedSupervision implements Supervision {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #child: number;
  readonly #ask: Ask;
  #isOver = false;

  constructor(parts: { pid: number; child: number; ended: Promise<Ended>; ask: Ask }) {
    this.pid = parts.pid;
    this.#child = parts.child;
    this.#ask = parts.ask;
    this.ended = parts.ended;
    const over = () => {
      this.#isOver = true;
    };
    this.ended.then(over, over);
  }

  pause(): Promise<"done" | "gone"> {
    return this.#control({ do: "pause", child: this.#child });
  }

  resume(): Promise<"done" | "gone"> {
    return this.#control({ do: "resume", child: this.#child });
  }

  resize(size: TerminalSize): Promise<"done" | "gone"> {
    return this.#control({ do: "resize", child: this.#child, size });
  }

  async usage(): Promise<ProcessUsage | undefined> {
    if (this.#isOver) return undefined;
    return (await this.#ask({ do: "usage", child: this.#child })) as ProcessUsage | undefined;
  }

  async cancel({ graceMs }: { graceMs: number }): Promise<Ended> {
    if (!this.#isOver) await this.#ask({ do: "cancel", child: this.#child, graceMs });
    return await this.ended;
  }

  /** Nothing lives of what was lost with its supervisor: it was looked for and ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#ask({ do: "dispose", child: this.#child });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "process.host-lost") throw error;
    }
  }

  async #control(question: Question): Promise<"done" | "gone"> {
    return this.#isOver ? "gone" : ((await this.#ask(question)) as "done" | "gone");
  }
}
