import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A command is read as fast as it writes, whatever becomes of its bytes.
  {
    file: "src/tools/exec/pump.ts",
    find: "if (underWay.length >= writesUnderWay &&",
    replace: "if (underWay.length >= writesUnderWay * 1e9 &&",
  },
];
