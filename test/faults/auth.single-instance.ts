import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/adapters/store/sqlite/folder-lock.ts", find: '"BEGIN EXCLUSIVE"', replace: '"BEGIN"' },
  { file: "src/adapters/store/sqlite/folder-lock.ts", find: "facts: { folder, pid },", replace: "facts: { folder }," },
  {
    file: "src/adapters/store/postgres/ownership.ts",
    find: "if (rows[0]?.locked === true) return;",
    replace: "if (rows.length === 1) return;",
  },
];
