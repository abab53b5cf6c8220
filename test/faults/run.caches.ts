import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/run.ts",
    find: 'if (shared?.phase === "succeeded" && shared.result !== undefined && shared.result.partial !== true)',
    replace: "if (shared?.result !== undefined || (shared !== undefined && shared.fault !== undefined))",
  },
  // A question about files is answered with what an earlier one came to, whatever they hold now.
  { file: "src/core/calls/acceptance.ts", find: " || work.readsFiles?.(given) === true", replace: "" },
];
