import type { CommandLimits } from "../../core/processes/commands/command.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";

/** What ends a command besides its deadline, each with a fault of its own. */
export type Limit = Exclude<keyof CommandLimits, "wallMs">;

const seconds = (ms: number) => `${ms / 1000} s`;
const told: Readonly<Record<Limit, { code: FaultCode; fact: string; expected: (allowed: number) => string }>> = {
  idleMs: { code: "process.silent", fact: "it wrote nothing", expected: (ms) => `output every ${seconds(ms)}` },
  pauseMs: { code: "process.pause-limit", fact: "it was paused", expected: (ms) => `a resume within ${seconds(ms)}` },
  cpuMs: {
    code: "process.cpu-limit",
    fact: "it used up its processor time",
    expected: (ms) => `at most ${seconds(ms)}`,
  },
  memoryBytes: {
    code: "process.memory-limit",
    fact: "it used up its memory",
    expected: (most) => `at most ${most} bytes`,
  },
  processes: {
    code: "process.count-limit",
    fact: "it started more processes than it may",
    expected: (most) => `at most ${most}`,
  },
  fileBytes: {
    code: "process.file-limit",
    fact: "a file of its grew too large",
    expected: (most) => `at most ${most} bytes`,
  },
  openFiles: {
    code: "process.file-limit",
    fact: "it opened more files than it may",
    expected: (most) => `at most ${most}`,
  },
  outputBytes: {
    code: "output.overflow",
    fact: "it wrote more than it may",
    expected: (most) => `at most ${most} bytes`,
  },
};

/** Why a command was ended: `allowed` is what its limit says, in the limit's own unit. */
export function limitReached(limit: Limit, allowed: number | undefined): Fault {
  const { code, fact, expected } = told[limit];
  const wanted = allowed === undefined ? "" : `, expected ${expected(allowed)}`;
  return new Fault(code, `Cannot go on with the command: ${fact}${wanted}`, { facts: { limit, allowed } });
}

export function notLoggedIn(command: string, said: string): Fault {
  return new Fault(
    "process.login-failed",
    `Cannot go on with ${command}: it says ${JSON.stringify(said)}, expected a login or the credentials that its entry names`,
    { facts: { command, said } },
  );
}

export function overflowed(): Fault {
  return new Fault(
    "output.overflow",
    "Cannot go on with the command: its output reached the cap, and it asked to be ended then, expected less output",
  );
}
