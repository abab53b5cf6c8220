import type { ProcessUsage } from "../../../../core/processes/process-host.ts";
import type { SupervisedProcess } from "../supervised-process.ts";
import type { Ended, Pipes } from "../supervision.ts";
import type { Supervisor } from "../supervisor.ts";
import { type FromHost, failureOf, pipeNames, type Question, type ToHost } from "./messages.ts";

type Send = (message: FromHost, pipe?: Pipes[keyof Pipes]) => void;
type OfChild = Extract<Question, { child: number }>;

/** Answers the daemon's questions about commands, on the side that spawns them. */
export class Serving {
  readonly #supervisor: Supervisor;
  readonly #send: Send;
  readonly #running = new Map<number, SupervisedProcess>();
  readonly #atGate = new Map<number, PromiseWithResolvers<void>>();

  constructor(parts: { supervisor: Supervisor; send: Send }) {
    this.#supervisor = parts.supervisor;
    this.#send = parts.send;
    parts.send({ ready: parts.supervisor.confinement });
  }

  async take(message: ToHost): Promise<void> {
    if ("begin" in message) return this.#atGate.get(message.begin)?.resolve();
    if ("drop" in message) return this.#atGate.get(message.drop)?.reject(new Error("Nobody takes its pipes"));
    const { id, question } = message;
    try {
      this.#send({ id, value: await this.#answer(id, question) });
    } catch (error) {
      this.#send({ id, failure: failureOf(error) });
    }
  }

  async #answer(id: number, question: Question): Promise<unknown> {
    switch (question.do) {
      case "ping":
        return undefined;
      case "start":
        return await this.#start(id, question.spec);
      case "close":
        return await this.#supervisor[Symbol.asyncDispose]();
      default:
        return await this.#control(question);
    }
  }

  /** The daemon's ends of the pipes go to it whole: no byte of a command passes through this process. */
  async #start(id: number, spec: Extract<Question, { do: "start" }>["spec"]): Promise<void> {
    const { supervision } = await this.#supervisor.start(spec, async (pipes, pid) => {
      const word = Promise.withResolvers<void>();
      this.#atGate.set(id, word);
      for (const pipe of pipeNames) this.#send({ pipe, of: id, pid }, pipes[pipe]);
      await word.promise.finally(() => this.#atGate.delete(id));
    });
    this.#running.set(id, supervision);
    void supervision.ended.then((exit) => {
      this.#running.delete(id);
      this.#send({ ended: id, exit });
    });
  }

  /** Where nothing lives any more the end was told already, and the daemon knows it. */
  async #control(question: OfChild): Promise<"done" | "gone" | ProcessUsage | Ended | undefined> {
    const child = this.#running.get(question.child);
    switch (question.do) {
      case "pause":
        return (await child?.pause()) ?? "gone";
      case "resume":
        return (await child?.resume()) ?? "gone";
      case "resize":
        return (await child?.resize(question.size)) ?? "gone";
      case "usage":
        return await child?.usage();
      case "cancel":
        return await child?.cancel({ graceMs: question.graceMs });
      case "dispose":
        await child?.[Symbol.asyncDispose]();
        return undefined;
    }
  }
}
