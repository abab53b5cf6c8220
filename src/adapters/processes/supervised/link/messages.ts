import type { Confinement, ProcessSpec, TerminalSize } from "../../../../core/processes/process-host.ts";
import { Fault, type FaultView } from "../../../../protocol/fault.ts";
import type { Ended, Pipes } from "../supervision.ts";

/** What the daemon asks of the process that spawns; `child` is the number of the question that started it. */
export type Question =
  | { do: "start"; spec: ProcessSpec }
  | { do: "pause" | "resume" | "usage" | "dispose"; child: number }
  | { do: "cancel"; child: number; graceMs: number }
  | { do: "resize"; child: number; size: TerminalSize }
  | { do: "ping" }
  | { do: "close" };

/** `begin` and `drop` follow once the pipes of a start have arrived: the command runs, or never does. */
export type ToHost = { id: number; question: Question } | { begin: number } | { drop: number };

export const pipeNames = ["stdin", "stdout", "stderr"] as const satisfies readonly (keyof Pipes)[];

/** `pipe` comes with its handle; the three of a command come in the order of `pipeNames`. */
export type FromHost =
  | { ready: Confinement }
  | { id: number; value?: unknown }
  | { id: number; failure: Failure }
  | { pipe: keyof Pipes; of: number; pid: number }
  | { ended: number; exit: Ended };

/** Any error but a fault is a bug, told with its stack. */
export type Failure = { fault: FaultView } | { bug: string };

export function failureOf(error: unknown): Failure {
  if (error instanceof Fault) return { fault: error.view() };
  return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function errorOf(failure: Failure): Error {
  return "fault" in failure ? Fault.from(failure.fault) : new Error(failure.bug);
}
