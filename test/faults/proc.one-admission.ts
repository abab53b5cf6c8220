import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // One more than the limit gets in.
  {
    file: "src/core/admission/limits.ts",
    find: "command: new Slots(() => limits.commands)",
    replace: "command: new Slots(() => limits.commands + 1)",
  },
  // Commands are admitted as work is, whose limits are others.
  { file: "src/tools/exec/exec-tool.ts", find: 'lane: "command",', replace: 'lane: "work",' },
];
