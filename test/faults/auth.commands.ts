import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/processes/commands/command-table.ts",
    find: 'this.allow.includes("*") || this.allow.includes(name)',
    replace: "true",
  },
  { file: "src/core/processes/commands/environment.ts", find: "harmless.test(name) || isNamed(name)", replace: "true" },
  {
    file: "src/adapters/processes/supervised/gated-process.ts",
    find: "env: Object.fromEntries(variables.filter(([name]) => !isShells(name))),",
    replace: "env: { ...process.env, ...Object.fromEntries(variables) },",
  },
  { file: "src/adapters/processes/supervised/gated-process.ts", find: "shell: false", replace: "shell: true" },
  { file: "src/core/operations/call-operations.ts", find: "  registry.checkMayUse(caller, tool);\n", replace: "" },
];
