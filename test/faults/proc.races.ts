import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/processes/supervised/process-tree.ts",
    find: "const recycled = leader !== undefined && leader.startTime !== this.#root.startTime;",
    replace: "const recycled = false;",
  },
  { file: "src/adapters/processes/supervised/ledger.ts", find: ".filter((row) => row.boot === boot)", replace: "" },
];
