import { CodeThread } from "../adapters/code/reading/code-thread.ts";
import type { PerDay } from "../core/budgets/days.ts";
import { Calls } from "../core/calls/calls.ts";
import { type Recovered, recover } from "../core/calls/recovery.ts";
import type { Owner } from "../core/calls/work.ts";
import { listModels } from "../core/models/listing.ts";
import { administrationOperations } from "../core/operations/administration-operations.ts";
import { callOperations } from "../core/operations/call-operations.ts";
import { commandOperations } from "../core/operations/command-operations.ts";
import { daemonOperations } from "../core/operations/daemon-operations.ts";
import type { Operations } from "../core/operations/operations.ts";
import { threadOperations } from "../core/operations/thread-operations.ts";
import { upstreamOperations } from "../core/operations/upstream-operations.ts";
import { withinAllowance } from "../core/operations/within-allowance.ts";
import { Retention } from "../core/store/retention.ts";
import { Threads } from "../core/threads/threads.ts";
import { Registry } from "../core/tools/registry.ts";
import { shelfOf } from "../core/tools/shelves.ts";
import type { Tool } from "../core/tools/tool.ts";
import type { Upstreams } from "../core/upstreams/upstreams.ts";
import { keepMs } from "../protocol/keep-ms.ts";
import type { MethodResult } from "../protocol/methods.ts";
import { callsTool } from "../tools/calls/calls-tool.ts";
import { listModelsTool } from "../tools/listmodels.ts";
import { statusTool } from "../tools/status.ts";
import { UpstreamTools } from "../tools/upstream/upstream-tools.ts";
import { versionTool } from "../tools/version.ts";
import { type Commands, openCommands } from "./commands.ts";
import { type Beginning, type Ground, openGround } from "./ground.ts";
import { type Machinery, openMachinery } from "./machinery.ts";
import { openModels } from "./models.ts";
import { retiredTools } from "./retired-tools.ts";
import { Status } from "./status.ts";
import { Sweeper } from "./sweeper.ts";
import { openTools } from "./toolbox/toolbox.ts";
import { missingUpstreams, openUpstreams } from "./upstreams.ts";
import { openWorkspace } from "./workspace.ts";

/** What is steered from outside the core. */
export interface Steering {
  stop: (mode: "drain" | "now") => void;
  reload: () => Promise<MethodResult<"daemon.reload">>;
  address: () => string;
  perDay: () => PerDay;
}

/** Everything behind the gateways. */
export interface Core extends Ground, Machinery {
  calls: Calls;
  operations: Operations;
  tools: Pick<Registry, "onChange">;
  upstreams: Upstreams;
  status: Status;
  recovered: Recovered;
}

/** How many unended calls there may be, those that wait and those that run, and what they may have been given as text. */
const open = {
  perPrincipal: { calls: 1024, bytes: 64 * 1024 * 1024 },
  all: { calls: 10_240, bytes: 256 * 1024 * 1024 },
};

/** Opens the core in the order in which its parts need each other, and takes over the calls of an earlier start. */
export async function openCore(beginning: Beginning, steering: Steering): Promise<Core> {
  const ground = await openGround(beginning);
  const machinery = await openMachinery(beginning, ground);
  const commands = await beginning.lifecycle.step("the commands", () =>
    openCommands(beginning.settings, machinery.processes),
  );
  const parts = { ...beginning, ...ground, ...machinery, ...commands };
  const calls = openCalls(parts);
  const table = await openToolTable({ ...parts, ...steering }, calls, () => operations);
  const { registry, upstreams, status } = table;
  const operations = openOperations({ ...parts, ...steering }, calls, table);
  const { store, journal, doors, room, outputs } = parts;
  const { clock, lifecycle } = beginning;
  const watch = beginning.observation.telemetry;
  const recovered = await lifecycle.step("the recovery of calls", () => {
    const workOf = async (tool: string) => await registry.named(tool);
    return recover({
      store,
      journal,
      calls,
      clock,
      watch,
      workOf,
      objection: (row, work) => doors.objection(row, work),
    });
  });
  await lifecycle.start("the sweeper", () => {
    const retention = new Retention({ store, outputs, clock, room, followed: () => journal.followed() });
    return new Sweeper({ retention, room, clock, watch });
  });
  return { ...ground, ...machinery, calls, operations, tools: registry, upstreams, status, recovered };
}

type Parts = Beginning & Ground & Machinery & Commands;
type ToolTable = Awaited<ReturnType<typeof openToolTable>>;

/** What may be asked, over any gateway. */
function openOperations(parts: Parts & Steering, calls: Calls, table: ToolTable): Operations {
  const { ids, clock, store, journal, outputs, doors, administration } = parts;
  const { rates, pressure, commands, running, processes, leastWay, stop, perDay } = parts;
  const { registry, status, models, upstreams } = table;
  const nowMs = () => clock.wallMs();
  const reload = async () => {
    const reloaded = await parts.reload();
    upstreams.take(parts.current().tools.upstreams);
    return reloaded;
  };
  return withinAllowance({
    ...callOperations({ calls, registry, rates, pressure, newId: () => ids.next(), nowMs }),
    ...commandOperations({ commands, running, processes, leastWay }),
    ...administrationOperations({ administration, doors, calls, outputs }),
    ...upstreamOperations({ upstreams }),
    ...threadOperations({ threads: new Threads({ store }), journal, outputs }),
    ...daemonOperations({ store, nowMs, status: () => status.view(), perDay, models, stop, reload }),
  });
}

function openCalls(parts: Parts): Calls {
  const { observation, ids, settings, store, journal, admission, clock, presences } = parts;
  return new Calls({
    store,
    journal,
    admission,
    clock,
    presences,
    watch: observation.telemetry,
    tracer: observation.tracer,
    newId: () => ids.next(),
    settings: { open, shareMs: settings.store.resultTtlMs, keepMs },
  });
}

/** The tool, unless the token that a call was started with is no longer good for it. */
async function usableTool({ doors }: Parts, tool: Tool, owner: Owner): Promise<Tool> {
  const objection = await doors.objection({ token: owner.token ?? null }, tool);
  if (objection !== undefined) throw objection;
  return tool;
}

/** The tools, with those that tell about the daemon itself. */
async function openToolTable(parts: Parts & Steering, calls: Calls, operations: () => Operations) {
  const { settings, version, clock, lifecycle } = parts;
  const models = await lifecycle.step("the models", () => openModels(parts));
  const workspace = await lifecycle.step("the workspace", () => openWorkspace(settings));
  const code = await lifecycle.start("the reader of code", () => {
    const onFailed = (err: unknown) => parts.observation.log.error({ err }, "the reader of code failed");
    return new CodeThread({ clock, onFailed });
  });
  const upstreams = await lifecycle.start("the servers behind the daemon", () =>
    openUpstreams({ ...parts, workspace }),
  );
  const source = new UpstreamTools({ upstreams, clock, timeoutMs: settings.deadlines.workflowMs });
  const toolFor = async (owner: Owner, name: string) => await usableTool(parts, await registry.named(name), owner);
  const shelves = [...openTools({ ...parts, models, workspace, code, toolFor }), shelfOf(parts.additions.tools ?? [])];
  const listed = (signal: AbortSignal) => listModels(models, signal);
  const { profile } = settings.tools;
  const control = [
    callsTool({ operations, journal: parts.journal, outputs: parts.outputs, clock }),
    listModelsTool({ models: listed }),
    statusTool({ status: () => status.view(), missing: () => status.missing(), profile, operations }),
    versionTool({ version, runtime: `Node ${process.version}, ${process.platform} ${process.arch}` }),
  ];
  const registry: Registry = new Registry({ shelves, control, retired: retiredTools, ...settings.tools, source });
  const missing = () => [...registry.missing, ...missingUpstreams(upstreams)];
  const status: Status = new Status({ ...parts, workspace, calls, models, missing, nowMs: () => clock.wallMs() });
  return { registry, status, models: listed, upstreams };
}
