import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/acceptance.ts", find: "hashOf([tool, input, wanted, budget])", replace: "hashOf([tool])" },
  {
    file: "src/core/calls/acceptance.ts",
    find: "  if (!work.idempotent || caller.call",
    replace: "  if (work.idempotent || caller.call",
  },
];
