import type { Clock } from "../../../base/clock.ts";
import type { Child } from "../../../core/processes/process-host.ts";
import type { ProgramServer } from "../../../core/upstreams/server.ts";
import type { Fault } from "../../../protocol/fault.ts";
import type { Link } from "./link.ts";
import { ProgramTransport } from "./program-transport.ts";

export interface ProgramLinkParts {
  child: Child;
  clock: Clock;
  server: ProgramServer & { name: string };
  onSaid: (line: string) => void;
}

/** The pipes of a program that was started for one session, and its whole tree. */
export class ProgramLink implements Link {
  readonly transport: ProgramTransport;
  readonly #child: Child;

  constructor({ child, clock, server, onSaid }: ProgramLinkParts) {
    this.#child = child;
    this.transport = new ProgramTransport({ server: server.name, child, clock, maxBytes: server.maxBytes, onSaid });
  }

  get ended(): Promise<Fault | undefined> {
    return this.transport.ended;
  }

  fail(fault: Fault): void {
    this.transport.fail(fault);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
    await this.#child[Symbol.asyncDispose]();
  }
}
