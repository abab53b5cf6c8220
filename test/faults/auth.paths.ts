import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/workspace/real-path/real-path-workspace.ts",
    find: "const real = await realpath(absolute);",
    replace: "const real = absolute;",
  },
  {
    file: "src/adapters/workspace/real-path/real-path-workspace.ts",
    find: "if (!inside || cutOut)",
    replace: "if (!inside)",
  },
];
