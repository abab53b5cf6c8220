import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/budgets/meter.ts",
    find: "    if (before >= mostAlike) throw samePrompt(before);\n",
    replace: "",
  },
  // A workflow takes the same step again and again.
  {
    file: "src/core/workflows/place-step.ts",
    find: "    if (newest.repeats + 1 >= mostAlike) throw sameStep(name, input, newest.repeats + 1);\n",
    replace: "",
  },
  {
    file: "src/core/workflows/place-step.ts",
    find: 'if (newest.expert?.status !== "failed" && isAlike(input, newest.input)) {',
    replace: 'if (newest.expert?.status === "failed" && isAlike(input, newest.input)) {',
  },
  // An agent does the same turn after turn.
  { file: "src/core/agents/turn.ts", find: "if (times <= mostAlike) return", replace: "if (times <= 1000) return" },
];
