import type { MachineLoad } from "../../adapters/machine/machine-load.ts";
import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import type { Budgets } from "../../core/budgets/budgets.ts";
import type { PerDay } from "../../core/budgets/days.ts";
import type { Presences } from "../../core/calls/presence.ts";
import type { Owner } from "../../core/calls/work.ts";
import type { ApartRepositories } from "../../core/evidence/changes/apart-repositories.ts";
import type { CodeReader } from "../../core/evidence/code-reader.ts";
import type { Evidence } from "../../core/evidence/evidence.ts";
import type { Asking } from "../../core/models/asking.ts";
import type { Models } from "../../core/models/models.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { ProcessHost } from "../../core/processes/process-host.ts";
import type { Store } from "../../core/store/store.ts";
import type { Doors } from "../../core/tenants/doors.ts";
import type { Conversations } from "../../core/threads/conversations.ts";
import type { Tool } from "../../core/tools/tool.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import type { Commands } from "../commands.ts";
import type { Settings } from "../config/settings.ts";

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

/** What every tool that asks models works with. */
export interface Asked {
  models: Models;
  asking: Asking;
  budgets: Budgets;
  conversations: Conversations;
  clock: Clock;
  timeoutMs: number;
}

/** What finds out by itself, and repositories as commands are shown them. */
export interface Found {
  evidence: Evidence;
  repositories: ApartRepositories;
}

/** What several shelves work with, loaded with the first of them. */
export interface ShelfParts extends ToolboxParts {
  asked: () => Promise<Asked>;
  found: () => Promise<Found>;
}
