import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Whatever the work does, nobody listens to it.
  {
    file: "src/core/agents/think-turn.ts",
    find: "const asker = listening(context, () => pulse.sign());",
    replace: "const asker = listening(context, () => {});",
  },
  // A stall looks like slow work.
  { file: "src/core/agents/pulse.ts", find: "quietMs >= stalledMs", replace: "quietMs >= stalledMs * 1000" },
  // Whoever waits at a pipe is told nothing for minutes.
  { file: "src/cli/agent.ts", find: 'stagesTo: "everybody"', replace: 'stagesTo: "watchers"' },
  {
    file: "src/cli/show/call-show.ts",
    find: 'if (stagesTo === "everybody" && isStage(event)) screen.stage(text);',
    replace: 'if (stagesTo === "everybody" && isStage(event)) screen.print(text);',
  },
];
