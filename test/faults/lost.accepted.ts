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
  {
    file: "src/core/store/verbs/accept.ts",
    find: "yield* write(call, folded, sharedWith);",
    replace: "folded.state.seq;",
  },
  // A batch that the disk refused is shown in part.
  {
    file: "src/adapters/store/sqlite/writer.ts",
    find: "      if (engineCode(error) !== undefined) throw error;\n",
    replace: "",
  },
  // Who shared a commit with what failed is told that all is well.
  {
    file: "src/adapters/store/sqlite/tasks.ts",
    find: "for (const { id } of messages) this.#parts.answer(id, { failure: failureOf(error) });",
    replace: "for (const { id } of messages) this.#parts.answer(id, { value: [] });",
  },
  // What has room on a full disk fails with what has not.
  {
    file: "src/adapters/store/sqlite/tasks.ts",
    find: "if (messages.length === 1)",
    replace: "if (messages.length > 0)",
  },
  // A daemon without a store goes on as if nothing were.
  {
    file: "src/daemon/running.ts",
    find: '    ended = "store-lost";\n',
    replace: "",
  },
  {
    file: "src/adapters/store/sqlite/worker-link.ts",
    find: 'this.#onLost(cause ?? new Error("The thread has ended"));',
    replace: "this.#closing = false;",
    expect: "timeout",
  },
  // What cannot be read back is written.
  {
    file: "src/core/store/verbs/statement.ts",
    find: 'if (typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return',
    replace: "if (Number.MAX_SAFE_INTEGER > 0) return",
  },
  // The input's end takes what was asked along.
  { file: "src/cli/mcp/last-words.ts", find: "const longestMs = 60_000;", replace: "const longestMs = 1;" },
];
