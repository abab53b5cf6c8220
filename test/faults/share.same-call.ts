import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/acceptance.ts", find: "hashOf([tool, input, thread, budget])", replace: "hashOf([tool])" },
  {
    file: "src/core/calls/acceptance.ts",
    find: "  if (!work.idempotent || request.thread",
    replace: "  if (work.idempotent || request.thread",
  },
];
