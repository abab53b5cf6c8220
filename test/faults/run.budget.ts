import type { FaultPatch } from "../red.ts";

const meter = "src/core/budgets/meter.ts";

export const patches: FaultPatch[] = [
  // Requests in flight side by side each see the whole budget.
  { file: meter, find: "    this.#take(charge, 1);\n", replace: "" },
  { file: meter, find: "usage.modelCalls >= this.#limits.modelCalls", replace: "usage.modelCalls < 0" },
  { file: meter, find: 'this.settle("unknown")', replace: 'this.settle("free")' },
  {
    file: meter,
    find: "    if (this.#days.needsPrice && want.price === null) throw priceUnknown(want);\n",
    replace: "",
  },
  {
    file: "src/core/budgets/budgets.ts",
    find: "    if (spender.attempt > 1) await this.#restore(spender);\n",
    replace: "",
  },
  {
    file: "src/core/budgets/days.ts",
    find: '    if (answer.kind === "reserved") return reservation.id;\n    throw',
    replace: '    if (answer.kind !== "nothing") return reservation.id;\n    throw',
  },
  // More is asked for than was reserved.
  {
    file: "src/core/models/asking.ts",
    find: "maxOutputTokens: hold.maxOutputTokens",
    replace: "maxOutputTokens: hold.maxOutputTokens * 2",
  },
];
