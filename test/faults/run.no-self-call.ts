import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // The server goes on by itself: every step of a workflow asks the expert.
  {
    file: "src/core/workflows/take-step.ts",
    find: "newestOf(run).isLast ? await judge(",
    replace: "run.taken > 0 ? await judge(",
  },
  // Something below an agent run starts another.
  { file: "src/core/calls/below.ts", find: "    if (!each.work.agentRun) continue;\n", replace: "    continue;\n" },
  {
    file: "src/tools/agent/abilities.ts",
    find: "if (tool.agentRun) {",
    replace: "if (tool.agentRun && tool.maxSteps === undefined) {",
  },
];
