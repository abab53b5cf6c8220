import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/runs.ts", find: "        this.#byCall.delete(row.id);\n", replace: "" },
];
