import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/admission/token-buckets.ts", find: "    this.#forgetUntil(nowMs - refillMs);\n", replace: "" },
  { file: "src/core/calls/journal.ts", find: "if (this.#bytes <= allTailBytes) return;", replace: "return;" },
];
