import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/gateways/http/probes.ts",
    find: 'if (!scopes.has("observe") && !scopes.has("admin"))',
    replace: "if (scopes.size === 0)",
  },
  // A phase without calls keeps its last count.
  { file: "src/daemon/telemetry/metrics.ts", find: "    this.#phases.reset();\n", replace: "" },
  // What a child spent counts twice.
  {
    file: "src/daemon/telemetry/metrics.ts",
    find: "    if (view.parent !== undefined || view.sharedWith !== undefined || usage.requests === 0) return;\n",
    replace: "",
  },
  { file: "src/daemon/telemetry/telemetry.ts", find: "    this.#metrics.callEnded(view);\n", replace: "" },
];
