import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/daemon/config/checks.ts",
    find: "innerMs <= outerMs) return",
    replace: "innerMs <= outerMs * 1.5) return",
  },
  {
    file: "src/daemon/config/checks.ts",
    find: '  ["EXPERT_ANALYSIS_TIMEOUT_SECS", "WORKFLOW_TOOL_TIMEOUT_SECS"],\n',
    replace: "",
  },
  // Relations are computed in whole seconds.
  {
    file: "src/daemon/config/kinds.ts",
    find: "Math.round(Number(value) * 1000)",
    replace: "Math.round(Number(value)) * 1000",
  },
  // A slow vendor is taken for a silent one.
  {
    file: "src/core/models/unless-silent.ts",
    find: "      timer[Symbol.dispose]();\n      yield part;",
    replace: "      yield part;",
  },
  // An expert may speak for as long as the whole call has.
  {
    file: "src/core/models/within.ts",
    find: "Math.min(ms, asker.deadline.leftMs - closingMs)",
    replace: "Math.max(ms, asker.deadline.leftMs - closingMs)",
    expect: "timeout",
  },
  // A call below another may take longer than that.
  { file: "src/core/calls/below.ts", find: "leftMs - closingMs", replace: "leftMs + closingMs" },
];
