import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import type { Child, Way } from "../process-host.ts";

/** A command while it runs. */
export interface RunningCommand {
  call: CallId;
  principal: PrincipalId;
  /** The named command, or the program as it was asked for. */
  command: string;
  /** As it runs: the program as an absolute path, then its arguments. */
  argv: readonly string[];
  cwd: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  confinement: Way;
  child: Pick<Child, "pid" | "usage">;
  state: "running" | "paused" | "ending";
}

/** The commands that run now; each is here from its start until nothing of it lives. */
export class RunningCommands {
  readonly #running = new Set<RunningCommand>();

  /** It is listed until the answer is disposed; its fields may change meanwhile and are read as they are then. */
  add(command: RunningCommand): Disposable {
    this.#running.add(command);
    return { [Symbol.dispose]: () => void this.#running.delete(command) };
  }

  /** Oldest first. */
  list(): readonly RunningCommand[] {
    return [...this.#running];
  }
}
