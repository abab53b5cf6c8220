import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/workspace/local/real-path-disk.ts",
    find: "return await realpath(absolute);",
    replace: "return absolute;",
  },
  {
    file: "src/adapters/workspace/local/real-path-disk.ts",
    find: "if (!isInside || !guard.admitsRoot(real))",
    replace: "if (!isInside)",
  },
];
