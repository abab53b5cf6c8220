import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/admission/held-permit.ts",
    find: "    this.#claims = this.#claims.filter((held) => !claims.includes(held));\n",
    replace: "",
  },
];
