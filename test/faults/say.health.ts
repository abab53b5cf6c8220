import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // The detail is told to everybody.
  { file: "src/gateways/http/probes.ts", find: "  if (isKnown) sendJson(", replace: "  if (status > 0) sendJson(" },
  { file: "src/gateways/http/probes.ts", find: "const status = isReady ? 200 : 503;", replace: "const status = 200;" },
  // A process host that does not answer is no reason.
  {
    file: "src/daemon/status.ts",
    find: '(["store", "supervisor"] as const)',
    replace: '(["store"] as const)',
  },
];
