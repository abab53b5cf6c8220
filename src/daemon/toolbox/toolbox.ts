import { once } from "../../base/once.ts";
import type { Shelf } from "../../core/tools/shelves.ts";
import { loadLate } from "../late-loading.ts";
import type { ShelfParts, ToolboxParts } from "./parts.ts";

const workflows = [
  ...["thinkdeep", "codereview", "precommit", "debug", "analyze", "refactor", "testgen", "secaudit"],
  ...["planner", "tracer", "docgen"],
];

/**
 * The tools that become calls. A daemon of which nobody wants one is ready without them: here stand only their names
 * and where they lie.
 */
export function openTools(toolbox: ToolboxParts): Shelf[] {
  const { clock, settings } = toolbox;
  const { simpleMs: timeoutMs } = settings.deadlines;
  const parts: ShelfParts = {
    ...toolbox,
    asked: once(async () => (await import("./asked.ts")).openAsked(toolbox)),
    found: once(async () => await (await import("./evidence.ts")).openEvidence(toolbox)),
  };
  const shelf = (names: readonly string[], load: Shelf["load"]): Shelf => {
    return { names, load: async () => await loadLate(toolbox, load) };
  };
  return [
    shelf(["echo"], async () => [(await import("../../tools/echo.ts")).echoTool({ clock, timeoutMs })]),
    shelf(["challenge"], async () => {
      const [{ challengeTool }, { evidence }] = await Promise.all([import("../../tools/challenge.ts"), parts.found()]);
      return [challengeTool({ evidence, timeoutMs })];
    }),
    shelf(["chat", "consensus"], async () => await (await import("./question-tools.ts")).openQuestionTools(parts)),
    shelf(workflows, async () => await (await import("./workflow-tools.ts")).openWorkflowTools(parts)),
    shelf(["agent"], async () => await (await import("./agent-tools.ts")).openAgentTools(parts)),
    shelf(["exec"], async () => await (await import("./exec-tools.ts")).openExecTools(parts)),
  ];
}
