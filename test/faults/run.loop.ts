import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/budgets/meter.ts",
    find: "    if (before >= mostAlike) throw looping(before);\n",
    replace: "",
  },
];
