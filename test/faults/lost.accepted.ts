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
  // Answered, and never written.
  { file: "src/core/store/verbs/accept.ts", find: "  yield* write(call, row);\n", replace: "" },
  // A batch that the disk refused is shown in part.
  {
    file: "src/adapters/store/sqlite/writer.ts",
    find: "      if (engineCode(error) !== undefined) throw error;\n",
    replace: "",
  },
];
