import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Who was served stays in front.
  { file: "src/base/fair-queue.ts", find: "    this.#toTheEnd(this.#rows, outer);\n", replace: "" },
  {
    file: "src/base/fair-queue.ts",
    find: "    if (inner !== undefined) this.#toTheEnd(outer.rows, inner);\n",
    replace: "",
  },
  // Leaves always go before new calls.
  {
    file: "src/core/admission/waiting-room.ts",
    find: "      this.#turns = [...this.#turns.filter((other) => other !== line), line];\n",
    replace: "",
  },
];
