import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/models/models.ts",
    find: "    if (owner === undefined) throw this.#unknown(name);",
    replace: "    if (owner === undefined) return this.#default();",
  },
  {
    file: "src/core/models/models.ts",
    find: '    if (facts === undefined || model === "") throw this.#unknown(`${provider}/${model}`);',
    replace: '    if (facts === undefined || model === "") return this.#default();',
  },
  { file: "src/core/models/asking.ts", find: "{ ...answer, answeredAs: end.model }", replace: "answer" },
];
