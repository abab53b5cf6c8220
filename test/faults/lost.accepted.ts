import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/recovery.ts",
    find: "  if (attempts < maxCrashes) return undefined;",
    replace: "  if (attempts < 9) return undefined;",
  },
  {
    file: "src/core/calls/recovery.ts",
    find: "  parts.calls.recover({",
    replace: "  if (row.state.attempts < 0) parts.calls.recover({",
    expect: "timeout",
  },
];
