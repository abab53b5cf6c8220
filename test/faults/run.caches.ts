import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/run.ts",
    find: 'if (shared?.phase === "succeeded" && shared.result !== undefined) return shared.result;',
    replace: 'if (shared !== undefined) return shared.result ?? { content: "" };',
  },
];
