import type { Readable } from "node:stream";
import type { Screen } from "./show/screen.ts";

/** What a command gets of the world. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };
  readonly screen: Screen;
  /** Aborts when nobody reads the answer any more. */
  readonly signal: AbortSignal;
}

/** A command's work; answers the exit code. */
export type Run = (shell: Shell) => Promise<number>;

/** What every command may be told. */
export interface Common {
  json?: true;
}

/** Runs a command and keeps its exit code. */
export type Runner = (options: Common, run: Run) => Promise<void>;
