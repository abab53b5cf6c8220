import type { Clock } from "../../../base/clock.ts";
import type { Child, Confinement, ProcessHost, ProcessSpec } from "../../../core/processes/process-host.ts";
import { findExecutable } from "./executable.ts";
import { PipedChild } from "./piped-child.ts";
import { reapFolder } from "./reap.ts";
import { Supervisor } from "./supervisor.ts";
import type { WaySettings } from "./ways/find-way.ts";

/** Commands as children of this very process. It must be the main thread, and spawning blocks it as long as it is large. */
export async function openLocalProcessHost(parts: WaySettings & { clock: Clock }): Promise<ProcessHost> {
  const { clock, ...settings } = parts;
  return new LocalProcessHost({ supervisor: await Supervisor.open(settings, clock), folder: settings.folder, clock });
}

class LocalProcessHost implements ProcessHost {
  readonly #supervisor: Supervisor;
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(parts: { supervisor: Supervisor; folder: string; clock: Clock }) {
    this.#supervisor = parts.supervisor;
    this.#folder = parts.folder;
    this.#clock = parts.clock;
  }

  get confinement(): Confinement {
    return this.#supervisor.confinement;
  }

  async check(): Promise<void> {}

  find(name: string, path: string): Promise<string | undefined> {
    return findExecutable(name, path);
  }

  async start(spec: ProcessSpec, signal: AbortSignal): Promise<Child> {
    signal.throwIfAborted();
    const { supervision, taken } = await this.#supervisor.start(spec, (pipes) => {
      signal.throwIfAborted();
      return pipes;
    });
    return new PipedChild({ supervision, pipes: taken, clock: this.#clock });
  }

  reap(): Promise<number> {
    return reapFolder(this.#folder, this.#clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor[Symbol.asyncDispose]();
  }
}
