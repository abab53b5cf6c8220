import type { ProcessUsage } from "../../../core/processes/process-host.ts";

/** A command and everything that descends from it, as far as this system lets one see it. */
export interface Tree {
  /** Members that live, each named so that no later process has the same name. */
  living(): string[];
  /** Members that live and are not stopped. */
  running(): string[];
  /** Members that live and are stopped. */
  stopped(): string[];
  /** Reaches every member that lives; those that end meanwhile are no failure. */
  signal(signal: NodeJS.Signals): void;
  /** `undefined` where nothing lives, or where the system does not tell. */
  usage(): ProcessUsage | undefined;
}

/** Sends a signal; a target that is gone or belongs to another user is left as it is. */
export function send(target: number, signal: NodeJS.Signals | 0): "sent" | "gone" | "forbidden" {
  try {
    process.kill(target, signal);
    return "sent";
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code === "ESRCH") return "gone";
    if (error.code === "EPERM") return "forbidden";
    throw error;
  }
}
