import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/fold/call-state.ts", find: "  if (hasEnded(state.phase)) return undefined;\n", replace: "" },
  {
    file: "src/core/calls/recovery.ts",
    find: "  if (!work.resumable) {",
    replace: "  if (!work.resumable && attempts > 1) {",
  },
  // An ended call takes an append.
  {
    file: "src/core/store/verbs/calls.ts",
    find: "request.fence < found.fence || hasEnded(before.phase)",
    replace: "request.fence < found.fence",
  },
];
