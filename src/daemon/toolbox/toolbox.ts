import type { MachineLoad } from "../../adapters/machine/machine-load.ts";
import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import { once } from "../../base/once.ts";
import type { PerDay } from "../../core/budgets/days.ts";
import type { Presences } from "../../core/calls/presence.ts";
import type { Owner } from "../../core/calls/work.ts";
import type { CodeReader } from "../../core/evidence/code-reader.ts";
import type { Models } from "../../core/models/models.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { ProcessHost } from "../../core/processes/process-host.ts";
import type { Store } from "../../core/store/store.ts";
import type { Doors } from "../../core/tenants/doors.ts";
import type { Shelf } from "../../core/tools/shelves.ts";
import type { Tool } from "../../core/tools/tool.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import type { Commands } from "../commands.ts";
import type { Settings } from "../config/settings.ts";
import { loadLate } from "../late-loading.ts";
import type { Asked } from "./asked.ts";
import type { Found } from "./evidence.ts";

export interface ToolboxParts extends Commands {
  settings: Settings;
  store: Store;
  clock: Clock;
  ids: Ids;
  load: Pick<MachineLoad, "lateForAReason">;
  processes: ProcessHost;
  outputs: OutputLog;
  models: Models;
  workspace: Workspace;
  code: CodeReader;
  doors: Doors;
  presences: Presences;
  /** Where this daemon listens, for what a command calls back; known once it does. */
  address: () => string;
  /** What a principal may spend a day; a reload changes it. */
  perDay: () => PerDay;
  /** The tool of that name, where the token behind the owner may use it now; `tool.unknown`, `auth.scope`. */
  toolFor: (owner: Owner, name: string) => Promise<Tool>;
}

/** What several shelves work with, loaded with the first of them. */
export interface ShelfParts extends ToolboxParts {
  asked: () => Promise<Asked>;
  found: () => Promise<Found>;
}

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
