import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A user has as many runs at once as it likes.
  {
    file: "src/core/admission/limits.ts",
    find: "    if (ask.agentRun) claims.push(this.agentRun(principal));\n    else if (provider",
    replace: "    if (provider",
  },
];
