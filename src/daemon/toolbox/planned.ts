import { homedir } from "node:os";
import type { PlanParts } from "../../tools/exec/plan.ts";
import { commandPath } from "../commands.ts";
import type { ToolboxParts } from "./parts.ts";

const commandGraceMs = 5000;

/** By what a command is planned. */
export function plannedOf({ processes, commands, paths, settings, leastWay }: ToolboxParts) {
  const { deadlines, tools, home } = settings;
  return {
    processes,
    commands,
    paths,
    settings: {
      timeoutMs: deadlines.commandMs,
      graceMs: commandGraceMs,
      path: commandPath,
      variables: tools.variables,
      home: homedir(),
      leastWay,
      forbidden: [home],
      variable: tools.variable,
    },
  } satisfies PlanParts;
}
