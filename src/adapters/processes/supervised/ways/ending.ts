import { constants } from "node:os";
import type { ProcessLimits } from "../../../../core/processes/process-host.ts";
import type { Ending } from "./way.ts";

/**
 * Signals that end programs in earnest. A shell gives 128 and the number as the code for them, which a program may
 * also choose itself, as some do with 129: what is not here is taken for a choice.
 */
const mortal: readonly NodeJS.Signals[] = [
  ...(["SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGINT", "SIGKILL", "SIGPIPE", "SIGSEGV"] as const),
  ...(["SIGSYS", "SIGTERM", "SIGTRAP", "SIGXCPU", "SIGXFSZ"] as const),
];

/** What a program came to whose end a shell has told. */
export function endingOf(status: number): Pick<Ending, "code" | "signal"> {
  const signal = mortal.find((name) => constants.signals[name] === status - 128);
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}

/** The limit that a signal stands for, where it was set. */
export function limitBehind(signal: NodeJS.Signals | null, limits: ProcessLimits): keyof ProcessLimits | undefined {
  if (signal === "SIGXCPU" && limits.cpuMs !== undefined) return "cpuMs";
  if (signal === "SIGXFSZ" && limits.fileBytes !== undefined) return "fileBytes";
  return undefined;
}
