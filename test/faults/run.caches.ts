import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/run.ts",
    find: 'if (shared?.phase === "succeeded" && shared.result !== undefined && shared.result.partial !== true)',
    replace: "if (shared?.result !== undefined || (shared !== undefined && shared.fault !== undefined))",
  },
];
