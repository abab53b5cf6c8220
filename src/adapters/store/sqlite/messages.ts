import type { Called, VerbName } from "../../../core/store/bind-verbs.ts";
import type { Turn } from "../../../core/store/group-commit.ts";
import { Fault, type FaultView } from "../../../protocol/fault.ts";
import type { Durability } from "./database.ts";

/** What the worker is started with. */
export interface WorkerSettings {
  folder: string;
  durability: Durability;
}

/** What the worker says once it has opened the store. */
export interface Opened {
  /** Names the store's history. */
  epoch: string;
  /** What it can be asked for. */
  verbs: readonly VerbName[];
}

/** Verbs: the next ones, or what is left of a batch that was answered in part. */
export interface VerbsTask {
  do: "verbs";
  batch: readonly Called[];
  turn: Turn;
}

/** What the main thread asks of the worker. */
export type Task = VerbsTask | { do: "checkpoint" } | { do: "size" } | { do: "backup"; file: string } | { do: "close" };

/** A fault would lose its code on the way between threads; any other error keeps what it has. */
export type Failure = { fault: FaultView } | { bug: unknown };

/** What became of a task, or of one verb. */
export type Answer = { value: unknown } | { failure: Failure };

/** A message between the threads; an answer has the number of its question. */
export interface Numbered<T> {
  id: number;
  body: T;
}

/** The number of the message that says whether the store opened. */
export const openingId = 0;

/** An error, ready to cross between threads. */
export function failureOf(error: unknown): Failure {
  return error instanceof Fault ? { fault: error.view() } : { bug: error };
}

/** The error that crossed, to be thrown here. */
export function errorOf(failure: Failure): unknown {
  return "fault" in failure ? Fault.from(failure.fault) : failure.bug;
}
