import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/tenants/credentials.ts", find: "if (waitMs === 0)", replace: "if (waitMs >= 0)" },
  // Whoever shares the address of a guesser is locked out.
  {
    file: "src/core/tenants/credentials.ts",
    find: "if (!isGood ||",
    replace: "if (!isGood || this.#slowDown.failed(from.address) > 0 ||",
  },
  { file: "src/core/tenants/slow-down.ts", find: ".slice(0, 4)", replace: "" },
];
