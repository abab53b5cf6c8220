import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/calls.ts", find: "        this.#runs.delete(row.id);\n", replace: "" },
];
