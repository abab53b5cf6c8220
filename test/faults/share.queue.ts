import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/admission/arbiter.ts",
    find: "if (ofPrincipal >= maxWaitingPerPrincipal)",
    replace: "if (ofPrincipal > maxWaitingPerPrincipal)",
  },
  { file: "src/core/admission/arbiter.ts", find: "if (inAll >= maxWaiting)", replace: "if (inAll > maxWaiting)" },
  {
    file: "src/core/admission/arbiter.ts",
    find: "ask.ahead ? Number.POSITIVE_INFINITY : this.#limits.waitMs",
    replace: "this.#limits.waitMs * 2",
  },
  { file: "src/core/admission/arbiter.ts", find: ".ofPrincipal + 1", replace: ".inAll + 1" },
  { file: "src/core/admission/arbiter.ts", find: "    this.#room.delete(entrant);\n", replace: "" },
  // However much they hold, a call more is taken.
  {
    file: "src/core/calls/open-calls.ts",
    find: "open + bytes <= perPrincipal.bytes",
    replace: "open + bytes <= perPrincipal.bytes * 2",
  },
];
