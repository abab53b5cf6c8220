import type { ChildProcess, Serializable } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import type { Confinement, ProcessSpec } from "../../../../core/processes/process-host.ts";
import { Fault } from "../../../../protocol/fault.ts";
import { unread } from "../read-into.ts";
import type { Ended, Pipes, Supervision } from "../supervision.ts";
import type { WaySettings } from "../ways/find-way.ts";
import { forkExecHost, lifeline } from "./fork-exec-host.ts";
import { LinkedSupervision } from "./linked-supervision.ts";
import { errorOf, type FromHost, pipeNames, type Question, type ToHost } from "./messages.ts";

/** A start on its way: its pipes as they arrive. */
interface Arriving {
  pipes: Partial<Pipes>;
  signal: AbortSignal;
  arrived: PromiseWithResolvers<{ pipes: Pipes; pid: number }>;
}

/**
 * The daemon's end of one life of the process that spawns. Once that is gone, `onLost` is awaited, then every
 * question and every command that ran answers `process.host-lost`.
 */
export class HostLink {
  readonly #process: ChildProcess;
  /** It ends with this process, or when told to: then the other one does. */
  readonly #lifeline: Socket | undefined;
  readonly #onLost: () => Promise<unknown>;
  readonly #ready = Promise.withResolvers<Confinement>();
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #arriving = new Map<number, Arriving>();
  readonly #ends = new Map<number, PromiseWithResolvers<Ended>>();
  /** Resolves when it is gone and everybody was told. */
  readonly gone: Promise<void>;
  #nextId = 1;
  #lost: Fault | undefined;

  private constructor(started: ChildProcess, onLost: () => Promise<unknown>) {
    this.#process = started;
    this.#onLost = onLost;
    started.on("message", (message, handle) => this.#heard(message as FromHost, handle));
    // What cannot be sent is answered when the process is seen to be gone.
    started.on("error", () => {});
    this.#lifeline = asSocket(started.stdio[lifeline]);
    this.#lifeline?.on("error", () => {});
    this.gone = this.#end();
  }

  /** Starts the process; refuses where it cannot. `onLost` ends whatever its end left behind. */
  static async start(
    settings: WaySettings,
    onLost: () => Promise<unknown>,
  ): Promise<{ link: HostLink; confinement: Confinement }> {
    const link = new HostLink(forkExecHost(settings), onLost);
    return { link, confinement: await link.#ready.promise };
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  ask(question: Question): Promise<unknown> {
    return this.#ask(this.#nextId++, question);
  }

  /** Where the signal aborts before the command has begun, it never begins. */
  async start(spec: ProcessSpec, signal: AbortSignal): Promise<{ supervision: Supervision; pipes: Pipes }> {
    const id = this.#nextId++;
    const arriving: Arriving = { pipes: {}, signal, arrived: Promise.withResolvers() };
    const ended = Promise.withResolvers<Ended>();
    ended.promise.catch(() => {});
    this.#arriving.set(id, arriving);
    this.#ends.set(id, ended);
    // A start that fails is told by its answer, whether or not its pipes have come.
    arriving.arrived.promise.catch(() => {});
    try {
      await this.#ask(id, { do: "start", spec });
      const { pipes, pid } = await arriving.arrived.promise;
      const ask = (question: Question) => this.ask(question);
      return { pipes, supervision: new LinkedSupervision({ pid, child: id, ended: ended.promise, ask }) };
    } catch (error) {
      this.#ends.delete(id);
      for (const pipe of Object.values(arriving.pipes)) pipe.destroy();
      signal.throwIfAborted();
      throw error;
    } finally {
      this.#arriving.delete(id);
    }
  }

  /** Ends every command, then the process; rejects where a command could not be ended. */
  async close(): Promise<void> {
    try {
      await this.ask({ do: "close" });
    } catch (error) {
      if (error !== this.#lost) throw error;
    } finally {
      this.#lifeline?.destroy();
      await this.gone;
    }
  }

  #ask(id: number, question: Question): Promise<unknown> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const pending = Promise.withResolvers<unknown>();
    this.#pending.set(id, pending);
    this.#send({ id, question });
    return pending.promise;
  }

  #send(message: ToHost): void {
    this.#process.send(message as unknown as Serializable, () => {});
  }

  #heard(message: FromHost, handle: unknown): void {
    if ("ready" in message) this.#ready.resolve(message.ready);
    else if ("pipe" in message) this.#pipeCame(message, handle);
    else if ("ended" in message) {
      this.#ends.get(message.ended)?.resolve(message.exit);
      this.#ends.delete(message.ended);
    } else {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ("failure" in message) pending?.reject(errorOf(message.failure));
      else pending?.resolve(message.value);
    }
  }

  #pipeCame({ pipe, of, pid }: Extract<FromHost, { pipe: keyof Pipes }>, handle: unknown): void {
    const arriving = this.#arriving.get(of);
    // The command begins only after that: no byte has come yet.
    if (arriving !== undefined && handle instanceof Socket)
      arriving.pipes[pipe] = pipe === "stdin" ? handle : unread(handle);
    if (pipe !== pipeNames.at(-1)) return;
    const { stdin, stdout, stderr } = arriving?.pipes ?? {};
    if (arriving === undefined || arriving.signal.aborted || !stdin || !stdout || !stderr) this.#send({ drop: of });
    else {
      arriving.arrived.resolve({ pid, pipes: { stdin, stdout, stderr } });
      this.#send({ begin: of });
    }
  }

  async #end(): Promise<void> {
    const [code, signal] = await once(this.#process, "exit");
    const by = signal ?? `code ${code}`;
    this.#lost = new Fault(
      "process.host-lost",
      `Cannot go on with the command: the process that supervises commands ended with ${by}, expected it to outlive them`,
      { facts: { code, signal } },
    );
    await this.#onLost();
    this.#ready.reject(this.#lost);
    for (const waiting of [...this.#pending.values(), ...this.#ends.values()]) waiting.reject(this.#lost);
    this.#pending.clear();
    this.#ends.clear();
  }
}

function asSocket(stream: unknown): Socket | undefined {
  return stream instanceof Socket ? stream : undefined;
}
