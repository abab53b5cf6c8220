import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/admission/slots.ts", find: "held + quarantined < this", replace: "held + quarantined <= this" },
  // What outlives its call is not counted.
  { file: "src/core/admission/slots.ts", find: "held + quarantined < this", replace: "held < this" },
  // Commands and work take each other's.
  {
    file: "src/core/admission/limits.ts",
    find: "this.#lanes = { work: new Slots(() => limits.global), command: new Slots(() => limits.commands) };",
    replace: "const all = new Slots(() => limits.commands);\n    this.#lanes = { work: all, command: all };",
  },
  // A provider without a number of its own has another's.
  { file: "src/core/admission/limits.ts", find: "?? limits.defaultProvider;", replace: "?? 4;" },
  // Subscriptions that are asked for at once have no places until they are answered.
  {
    file: "src/gateways/mcp/resources/resource-watches.ts",
    find: "this.#watches.size + this.#coming.size",
    replace: "this.#watches.size",
  },
];
