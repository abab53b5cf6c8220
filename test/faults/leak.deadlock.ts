import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A call waits for the thread that it holds itself.
  {
    file: "src/core/admission/held-permit.ts",
    find: `return !isHeld && claim.kind !== "provider";`,
    replace: `return claim.kind !== "provider";`,
  },
  // It keeps one provider's slot while it waits for another's.
  { file: "src/core/admission/held-permit.ts", find: "      this.#giveBack([claim]);\n", replace: "" },
  // It takes what is free and waits for the rest.
  {
    file: "src/core/admission/arbiter.ts",
    find: "    this.#room.add(inLine);\n",
    replace: `    this.#room.add(inLine);\n    addAll(entrant.need.filter(({ kind }) => kind === "thread"), "held");\n`,
  },
];
