import type { Readable, Writable } from "node:stream";
import type { Child, ProcessExit } from "../../../core/processes/process-host.ts";

/** How a command ended, once nothing of its tree lives. */
export type Ended = Omit<ProcessExit, "signalNumber" | "drained">;

/** A running command without its bytes: what the one who spawned it does with its tree. */
export interface Supervision extends AsyncDisposable, Pick<Child, "pid" | "pause" | "resume" | "resize" | "usage"> {
  /** Settles when nothing of the tree lives; rejects with `process.host-lost` where the supervisor was lost. */
  readonly ended: Promise<Ended>;
  /** As of a child; resolves when nothing of the tree lives. */
  cancel(request: { graceMs: number }): Promise<Ended>;
}

/** The daemon's ends of a command's three pipes. */
export interface Pipes {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}
