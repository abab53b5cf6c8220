import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A process that is lost again and again is started again at once.
  {
    file: "src/adapters/processes/supervised/linked-process-host.ts",
    find: "if (waitMs === 0) this.#restart(reaped);",
    replace: "if (waitMs >= 0) this.#restart(reaped);",
  },
  // Who starts a command meanwhile is not told when it can.
  {
    file: "src/adapters/processes/supervised/linked-process-host.ts",
    find: "{ retryAfterMs, facts: { losses: this.#losses } }",
    replace: "{ facts: { losses: this.#losses } }",
  },
];
