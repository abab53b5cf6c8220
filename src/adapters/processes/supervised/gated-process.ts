import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Clock } from "../../../base/clock.ts";
import type { ProcessSpec } from "../../../core/processes/process-host.ts";
import { isShells } from "./shell-variables.ts";
import { failureOf } from "./spawn-failure.ts";
import type { Pipes } from "./supervision.ts";
import { send } from "./tree.ts";
import type { Place, SeenEnding, Spawned } from "./ways/way.ts";

/**
 * Says that it stands, waits to be told to go, and becomes the command or its warden. Where nobody tells it, because
 * whoever spawned it is gone, it ends: a command runs only once it is recorded. No process leaves a dump of its memory.
 */
const gate = "ulimit -c 0; printf r>&3 && IFS= read -r _ <&3 || exit; exec 3<&-; unset PWD OLDPWD SHLVL;";
const becoming = 'exec "$@"';

/** Many at once on a busy machine take seconds; nothing runs meanwhile. */
const standsMs = 10_000;
const maxReason = 1000;

/** A process that stands at its gate: spawned, confined, and not yet the command that it will be. */
export class GatedProcess {
  readonly pid: number;
  readonly pipes: Pipes;
  /** How it ended, whatever it was by then. */
  readonly ended: Promise<SeenEnding>;
  readonly #gate: Socket;

  private constructor(process: ChildProcess, pid: number) {
    const [stdin, stdout, stderr, gate] = process.stdio.map(asSocket);
    if (!stdin || !stdout || !stderr || !gate) throw new Error("Expected four pipes");
    this.pid = pid;
    this.pipes = { stdin, stdout, stderr };
    this.#gate = gate;
    const ended = Promise.withResolvers<SeenEnding>();
    process.once("exit", (code, signal) => {
      gate.destroy();
      ended.resolve({ code, signal });
    });
    this.ended = ended.promise;
    gate.on("error", () => gate.destroy());
  }

  /** Spawns what leads into the place; refuses with the system's reason where no process comes to be. */
  static async spawn(place: Place, argv: ProcessSpec["argv"]): Promise<GatedProcess> {
    const variables = Object.entries(place.env);
    const own = variables.filter(([name]) => isShells(name)).map(([name, value]) => `${name}=${value}`);
    const restored = own.length === 0 ? [] : ["/usr/bin/env", ...own];
    const script = `${gate} ${place.warden ?? becoming}`;
    const line = [...place.outer, "/bin/sh", "-c", script, "exai", ...restored, ...place.inner, ...argv];
    const { process: started, failed } = place.enter?.(line) ?? spawned(line, place);
    if (started.pid === undefined) throw await failed;
    return new GatedProcess(started, started.pid);
  }

  /** Resolves when it stands at its gate; refuses with its own words where it ended, or was silent for 10 s. */
  async stands(clock: Clock): Promise<void> {
    const word = Promise.withResolvers<"stands" | "late" | "ended">();
    this.#gate.once("data", () => word.resolve("stands"));
    void this.ended.then(() => word.resolve("ended"));
    // After a late timer its word may be waiting still: one more turn lets it in.
    using _timer = clock.timer(standsMs, () => setImmediate(() => setImmediate(word.resolve, "late")));
    const said = await word.promise;
    if (said === "late") throw new Error(`it was not ready after ${standsMs} ms`);
    if (said === "ended") throw new Error(await this.#lastWords());
  }

  /** Lets the command begin. */
  go(): void {
    this.#gate.end("\n");
  }

  /** Ends it before it ever was the command; resolves when it is gone. */
  async abandon(): Promise<void> {
    send(-this.pid, "SIGKILL");
    this.#gate.destroy();
    await this.ended;
    for (const pipe of Object.values(this.pipes)) pipe.destroy();
  }

  async #lastWords(): Promise<string> {
    // What it wrote before its end comes with the next turns.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    const words = String(this.pipes.stderr.read() ?? "").trim();
    const { code, signal } = await this.ended;
    return words === "" ? `it ended with ${signal ?? code}` : words.slice(-maxReason);
  }
}

function spawned(line: readonly string[], { cwd, env }: Place): Spawned {
  const [program = "", ...args] = line;
  const started = spawn(program, args, {
    cwd,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !isShells(name))),
    shell: false,
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  return { process: started, failed: failureOf(started) };
}

function asSocket(stream: unknown): Socket | undefined {
  return stream instanceof Socket ? stream : undefined;
}
