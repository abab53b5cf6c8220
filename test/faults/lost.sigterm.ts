import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/calls.ts", find: "    this.#draining = true;\n", replace: "" },
  { file: "src/core/calls/calls.ts", find: 'run.cancel("shutdown");', replace: 'run.cancel("caller");' },
  // Who waits at a stop gets no handle.
  {
    file: "src/gateways/http/execute.ts",
    find: 'if (by === "shutdown") return',
    replace: 'if (by === "limit") return',
  },
  { file: "src/daemon/main.ts", find: "onSecond: () => process.exit(1),", replace: "onSecond: () => {}," },
];
