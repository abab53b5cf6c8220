import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/daemon/lifecycle.ts",
    find: "      await this[Symbol.asyncDispose]();\n      throw new StartFailed(name, error);",
    replace: "      throw new StartFailed(name, error);",
  },
];
