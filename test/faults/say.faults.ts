import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/ending.ts",
    find: '"Cannot finish: an unexpected error, see the daemon\'s log"',
    replace: "String(error)",
  },
];
