import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Every sample decides by itself.
  {
    file: "src/core/admission/pressure.ts",
    find: `level === "critical" ? thresholds.critical.leave : thresholds.critical.enter`,
    replace: "thresholds.critical.enter",
  },
  // New calls are refused before caches had their turn.
  {
    file: "src/core/admission/pressure.ts",
    find: `if (this.#level !== "critical") return;`,
    replace: `if (this.#level === "normal") return;`,
  },
  { file: "src/core/admission/pressure.ts", find: `    if (this.#level !== "normal") this.#onHigh();\n`, replace: "" },
  // The heap is at its limit, and the machine has memory left.
  { file: "src/adapters/machine/machine-load.ts", find: "Math.max(this.#heap(), ", replace: "Math.max(0, " },
];
