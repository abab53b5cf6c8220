import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A command is read as fast as it writes, whatever becomes of its bytes.
  {
    file: "src/core/processes/pump-output.ts",
    find: "while (bytesUnderWay >= log.aheadBytes || underWay.length >= writesUnderWay) {",
    replace: "while (bytesUnderWay >= log.aheadBytes * 1e9) {",
  },
  // Each keeps to its own rate, and nobody to that of all together.
  {
    file: "src/adapters/output/spool/throttle.ts",
    find: "return Math.max(after(dueMs, nowMs, bytes / this.#each), this.#allDueMs);",
    replace: "return after(dueMs, nowMs, bytes / this.#each);",
  },
];
