import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/tools/registry.ts",
    find: "unknown.map((name) => ({ name, reason: this.#whyMissing(name) }))",
    replace: "[]",
  },
  { file: "src/daemon/daemon.ts", find: "if (!ready) log.info(", replace: "if (ready) log.info(" },
  {
    file: "src/cli/findings/daemon-findings.ts",
    find: 'const why = reason ?? "it gives no reason";',
    replace: 'const why = reason === undefined ? "it gives no reason" : "";',
  },
];
