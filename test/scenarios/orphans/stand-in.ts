import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Way } from "../../../src/core/processes/process-host.ts";
import { execHostOf } from "../../programs/programs.ts";
import type { Asked, Told } from "../../programs/runs-commands.ts";
import type { Sleeper } from "./shapes.ts";

const program = join(import.meta.dirname, "../../programs/runs-commands.ts");

/** Descriptors between the usual ones and those that nobody looks for. */
const unusual = 40;

/** A stand-in for a daemon that runs commands in one way, in a process that can be killed. */
export class StandIn implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #told: Told[] = [];
  #listeners: (() => void)[] = [];
  #started = 0;

  private constructor(folder: string, way: Way | "plain", inherited: readonly number[]) {
    const stdio = [
      "ignore",
      "ignore",
      "inherit",
      "ipc",
      ...Array<"ignore">(unusual).fill("ignore"),
      ...inherited,
    ] as const;
    this.#process = fork(program, [folder, way], { stdio: [...stdio] });
    const wake = () => {
      for (const heard of this.#listeners.splice(0)) heard();
    };
    this.#process.on("message", (told: Told) => {
      this.#told.push(told);
      wake();
    });
    this.#process.once("exit", wake);
  }

  /** `inherited` are open files that it is given besides, and does not know of. Resolves when it has ended what an earlier one on the folder left; `reaped` says how many that were. */
  static async start(
    folder: string,
    way: Way | "plain",
    inherited: readonly number[] = [],
  ): Promise<{ daemon: StandIn; reaped: number }> {
    const daemon = new StandIn(folder, way, inherited);
    const told = await daemon.#heard((each) => "ready" in each);
    return { daemon, reaped: "ready" in told ? told.ready : 0 };
  }

  /** Asks for a command and answers its number at once. */
  ask(sleeper: Sleeper): number {
    this.#started += 1;
    this.#send({ start: this.#started, argv: sleeper.argv });
    return this.#started;
  }

  /** Resolves too where it could not be started, or has killed the daemon at once. */
  async started(command: number): Promise<void> {
    await Promise.race([
      this.over(command),
      this.#heard((told) => "started" in told && told.started === command),
    ]).catch(() => {});
  }

  cancel(command: number): void {
    this.#send({ cancel: command });
  }

  /** How a command ended: a code, a signal, or the code of a fault; `gone` where the command has ended the daemon. */
  async over(command: number): Promise<string> {
    const told = await this.#heard((each) => "over" in each && each.over === command).catch(() => undefined);
    return told !== undefined && "how" in told ? told.how : "gone";
  }

  /** Kills the daemon, its exec-host, or both at once. */
  async kill(whom: "daemon" | "host" | "both"): Promise<void> {
    const host = execHostOf(this.#process.pid ?? 0);
    if (whom !== "daemon" && host !== undefined) process.kill(host, "SIGKILL");
    if (whom === "host") return;
    this.#process.kill("SIGKILL");
    await this.#exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited();
  }

  async #exited(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, "exit");
  }

  #send(asked: Asked): void {
    this.#process.send(asked, () => {});
  }

  async #heard(wanted: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.#told.find(wanted);
      if (found !== undefined) return found;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) throw new Error("The stand-in is gone");
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }
}
