import type { ProcessSpec } from "../../../../core/processes/process-host.ts";
import { Fault } from "../../../../protocol/fault.ts";

/** Why no place could be made for a command. */
export function notPlaced({ argv: [program], cwd }: ProcessSpec, reason: string): Fault {
  return new Fault("process.not-started", `Cannot start ${program} in ${cwd}: ${reason}`, {
    facts: { program, cwd, reason },
  });
}
