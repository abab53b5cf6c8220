import { homedir } from "node:os";
import { openLocalDisk } from "../adapters/workspace/local/open-local-disk.ts";
import type { Clock } from "../base/clock.ts";
import type { Ids } from "../base/ids.ts";
import { Budgets } from "../core/budgets/budgets.ts";
import type { PerDay } from "../core/budgets/days.ts";
import type { CallContext, Owner } from "../core/calls/work.ts";
import type { ApartRepositories } from "../core/evidence/changes/apart-repositories.ts";
import type { Evidence } from "../core/evidence/evidence.ts";
import { Asking } from "../core/models/asking.ts";
import type { Models } from "../core/models/models.ts";
import type { OutputLog } from "../core/processes/output-log.ts";
import type { ProcessHost } from "../core/processes/process-host.ts";
import type { Store } from "../core/store/store.ts";
import type { Doors } from "../core/tenants/doors.ts";
import { Conversations } from "../core/threads/conversations.ts";
import type { Tool } from "../core/tools/tool.ts";
import { type WorkflowParts, workflowTool } from "../core/workflows/workflow-tool.ts";
import { Workspace } from "../core/workspace/workspace.ts";
import { agentTool } from "../tools/agent/agent-tool.ts";
import { challengeTool } from "../tools/challenge.ts";
import { chatTool } from "../tools/chat.ts";
import { consensusTool } from "../tools/consensus/consensus-tool.ts";
import { echoTool } from "../tools/echo.ts";
import { execTool } from "../tools/exec/exec-tool.ts";
import { checkProgram, type ExecSettings } from "../tools/exec/plan.ts";
import { docgen } from "../tools/workflows/docgen/docgen.ts";
import { investigations } from "../tools/workflows/investigations.ts";
import { planner } from "../tools/workflows/planner/planner.ts";
import { tracer } from "../tools/workflows/tracer/tracer.ts";
import { type Commands, commandPath } from "./commands.ts";
import type { Settings } from "./config/settings.ts";

const defaultOutputTokens = 8192;
const commandGraceMs = 5000;

export interface ToolboxParts extends Commands {
  settings: Settings;
  store: Store;
  clock: Clock;
  ids: Ids;
  processes: ProcessHost;
  outputs: OutputLog;
  workspace: Workspace;
  evidence: Evidence;
  repositories: ApartRepositories;
  doors: Doors;
  /** Where this daemon listens, for what a command calls back; known once it does. */
  address: () => string;
  /** What a principal may spend a day; a reload changes it. */
  perDay: () => PerDay;
  /** The tool of that name, where the token behind the owner may use it now; `tool.unknown`, `auth.scope`. */
  toolFor: (owner: Owner, name: string) => Promise<Tool>;
}

/** Files inside the roots; the daemon's own folder is cut out of each. */
export async function openWorkspace({ roots, home }: Settings): Promise<Workspace> {
  return new Workspace({ disk: await openLocalDisk({ roots, forbidden: [home] }) });
}

/** The tools that become calls. */
export function openTools(parts: ToolboxParts, models: Models): Tool[] {
  const { settings, store, clock, ids, processes, outputs, workspace, repositories, perDay, evidence } = parts;
  const { commands, running, paths, leastWay, toolFor } = parts;
  const { deadlines, tools } = settings;
  const budgets = new Budgets({ store, clock, ids, perDay });
  const asking = new Asking({ models, clock, defaultOutputTokens, random: Math.random });
  const conversations = new Conversations({ store, workspace, clock });
  const asked = { models, asking, budgets, conversations, clock, timeoutMs: deadlines.workflowMs };
  const planned = { processes, commands, paths, settings: execSettings(settings, leastWay) };
  return [
    echoTool({ clock, timeoutMs: deadlines.simpleMs }),
    challengeTool({ evidence, timeoutMs: deadlines.simpleMs }),
    chatTool(asked),
    consensusTool(asked),
    ...openWorkflows({
      ...{ ...asked, workspace, evidence },
      expertMs: deadlines.expertMs,
      asksExpert: tools.asksExpert,
    }),
    agentTool({
      ...{ ...asked, workspace, evidence, toolFor, timeoutMs: deadlines.agentMs },
      checkProgram: (owner, name) => checkProgram(planned, owner, name),
    }),
    execTool({
      ...planned,
      outputs,
      workspace,
      repositories,
      credential: (context) => callCredential(parts, context),
      running,
      clock,
    }),
  ];
}

function execSettings({ deadlines, tools, home }: Settings, leastWay: Commands["leastWay"]): ExecSettings {
  return {
    timeoutMs: deadlines.commandMs,
    graceMs: commandGraceMs,
    path: commandPath,
    variables: tools.variables,
    home: homedir(),
    leastWay,
    forbidden: [home],
    variable: tools.variable,
  };
}

/** Those that investigate and ask an expert, and those that ask nobody. */
function openWorkflows(parts: WorkflowParts): Tool[] {
  const workflows = [...investigations(parts), planner, tracer(parts), docgen];
  return workflows.map((workflow) => workflowTool(parts, workflow));
}

/** What a command starts with this token is its call's child and ends with it. */
function callCredential({ doors, address }: ToolboxParts, { call, owner }: CallContext) {
  if (owner.token === undefined) return { env: {}, [Symbol.dispose]() {} };
  const { token, allowance } = owner;
  const bound = doors.bindCall({ token, ...(allowance && { allowance }) }, call);
  return { env: { EXAI_CALL: bound.token, EXAI_URL: address() }, [Symbol.dispose]: () => bound[Symbol.dispose]() };
}
