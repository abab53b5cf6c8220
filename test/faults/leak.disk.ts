import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What is kept goes as well.
  { file: "src/core/store/verbs/retention.ts", find: "      if (kept.has(call.id)) continue;\n", replace: "" },
  { file: "src/core/store/verbs/excess.ts", find: "({ id }) => !kept.has(id)", replace: "() => true" },
  // The size is no reason to go.
  { file: "src/core/store/verbs/excess.ts", find: "left = bytesIn(all) - maxBytes,", replace: "left = 0 * maxBytes," },
  // One that holds little goes before one that holds much.
  {
    file: "src/core/store/verbs/excess.ts",
    find: "    const [most, next] = holders;\n",
    replace: "    const most = holders.at(-1);\n    const next = holders[holders.length];\n",
  },
  // The audit keeps everything.
  {
    file: "src/core/store/verbs/retention.ts",
    find: '  yield* rows("DELETE FROM audit WHERE at < $1", now - auditMs);\n',
    replace: "",
  },
  {
    file: "src/core/store/verbs/retention.ts",
    find: '  yield* rows("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - $1", maxAuditRows);\n',
    replace: "",
  },
  {
    file: "src/core/store/verbs/retention.ts",
    find: '  yield* rows("DELETE FROM sessions WHERE expires_at <= $1", now);\n',
    replace: "",
  },
  // The journal outlives its call.
  {
    file: "src/core/store/verbs/remove-call.ts",
    find: '  yield* rows("DELETE FROM journal WHERE call = $1", call.id);\n',
    replace: "",
  },
  // What was folded counts twice.
  {
    file: "src/core/store/verbs/retention.ts",
    find: "  yield* rows(`DELETE FROM spend WHERE ${foldable}`, day);\n",
    replace: "",
  },
  // What is old stays for ever.
  { file: "src/core/store/retention.ts", find: "endedBefore: now - keepMs", replace: "endedBefore: 0" },
  // A command's output outlives its call.
  { file: "src/core/store/retention.ts", find: "    await outputs.remove(swept.calls);\n", replace: "" },
  // Nobody sweeps a second time.
  {
    file: "src/daemon/sweeper.ts",
    find: "this.#timer !== undefined && this.#next(this.#isWoken ? soonMs : everyMs)",
    replace: "{}",
  },
  // A log grows past its cap.
  { file: "src/adapters/output/spool/spool-log.ts", find: "this.#usage.caps.perCall - this.bytes, ", replace: "" },
  // A principal's logs grow past its own.
  {
    file: "src/adapters/output/spool/usage.ts",
    find: "Math.min(this.leftInAll, this.caps.perPrincipal - (this.#byPrincipal.get(principal) ?? 0))",
    replace: "this.leftInAll",
  },
  // What was dropped still lies on the disk.
  { file: "src/adapters/output/spool/spool-log.ts", find: "await oldest.remove();", replace: "await oldest.close();" },
  // Full log files are never turned, or the eldest never goes.
  {
    file: "src/daemon/telemetry/log-file.ts",
    find: "this.#bytes > 0 && this.#bytes + batch.length > this.#keeping.maxBytes",
    replace: "this.#bytes < 0",
  },
  {
    file: "src/daemon/telemetry/log-file.ts",
    find: "const eldest = this.#keeping.files - 1;",
    replace: "const eldest = this.#keeping.files;",
  },
  // A call is accepted whatever is taken.
  { file: "src/core/store/room.ts", find: "      room.check(call.principal);\n", replace: "" },
  // The cap is passed, and nobody wakes.
  { file: "src/core/store/room.ts", find: "if (!wasPassed && this.isPassed) this.#tell();", replace: "" },
  { file: "src/core/store/retention.ts", find: "const partThatStays = 0.9;", replace: "const partThatStays = 1;" },
  // Output without a call stays.
  { file: "src/core/store/retention.ts", find: "    await this.#removeOrphans();\n", replace: "" },
  {
    file: "src/daemon/sweeper.ts",
    find: "    this.#timer[Symbol.dispose]();\n    this.#next(soonMs);\n",
    replace: "",
  },
  // Conversations count for nobody.
  {
    file: "src/core/store/verbs/threads.ts",
    find: "  yield* addHeldBytes(principal, bytes);\n",
    replace: "",
  },
  // A copy is free.
  {
    file: "src/core/store/verbs/copy-thread.ts",
    find: "  yield* addHeldBytes(principal, bytes);\n",
    replace: "",
  },
  // A conversation goes while a call goes on with it.
  {
    file: "src/core/store/verbs/excess.ts",
    find: "WHERE thread = t.id AND principal = $1 AND ended_at IS NULL",
    replace: "WHERE thread = '' AND principal = $1 AND ended_at IS NULL",
  },
  // Where one cannot make room, others lose what they have.
  {
    file: "src/core/store/verbs/excess.ts",
    find: "most === undefined || most.bytes <= share",
    replace: "most === undefined",
  },
  // What one user filled is full for all.
  { file: "src/core/store/room.ts", find: "    if (held <= share) return;\n", replace: "" },
  // What an append says that it takes is all that its call holds.
  { file: "src/core/store/verbs/calls.ts", find: "return bytes - found.bytes;", replace: "return bytes;" },
  // A conversation that a sweep takes leaves its turns.
  {
    file: "src/core/store/verbs/remove-thread.ts",
    find: '  yield* rows("DELETE FROM turns WHERE thread = $1", thread.id);\n',
    replace: "",
  },
];
