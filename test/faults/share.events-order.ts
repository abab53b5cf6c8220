import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What was told before a crash is told again after it.
  {
    file: "src/core/agents/teller.ts",
    find: 'const before = event.type === "agent.alive" ? undefined : this.#before.shift();',
    replace: "const before = undefined;",
  },
  // A run that is ended from outside leaves a tool at work.
  {
    file: "src/protocol/agent-run.ts",
    find: "  if (run.open === undefined) return [failed];\n",
    replace: '  if (run.phase === "running") return [failed];\n',
  },
];
