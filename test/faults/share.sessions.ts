import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/tenants/session-cap.ts", find: "Math.max(0, this.#max - known)", replace: "this.#max" },
  // Everybody shares one limit.
  { file: "src/core/tenants/session-cap.ts", find: "countSessions({ principal, now", replace: "countSessions({ now" },
  // Looked at first and acted on later.
  {
    file: "src/core/tenants/session-cap.ts",
    find: "    if (round !== undefined) round.push(waiting);\n    else void",
    replace: "    if (round === null) return;\n    else void",
  },
  // Another token brings another rate.
  {
    file: "src/core/admission/rates.ts",
    find: "buckets.take(caller.principal)",
    replace: "buckets.take(caller.token)",
  },
  // A connection closed twice makes room for two.
  {
    file: "src/core/admission/rates.ts",
    find: "        if (open) this.#connections",
    replace: "        this.#connections",
  },
  // Streams count for nothing.
  {
    file: "src/gateways/http/events.ts",
    find: "  using _connection = parts.rates.connection(asked.caller);\n",
    replace: "",
  },
];
