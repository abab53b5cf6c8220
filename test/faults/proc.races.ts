import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/processes/plain/process-tree.ts",
    find: "const recycled = leader !== undefined && leader.startTime !== this.#root.startTime;",
    replace: "const recycled = false;",
  },
  { file: "src/adapters/processes/plain/ledger.ts", find: ".filter((row) => row.boot === boot)", replace: "" },
];
