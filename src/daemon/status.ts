import type { MachineLoad } from "../adapters/machine/machine-load.ts";
import type { Admission } from "../core/admission/admission.ts";
import type { Pressure } from "../core/admission/pressure.ts";
import type { Calls } from "../core/calls/calls.ts";
import type { Presences } from "../core/calls/presence.ts";
import type { Models } from "../core/models/models.ts";
import type { ProcessHost } from "../core/processes/process-host.ts";
import type { Store } from "../core/store/store.ts";
import type { Missing } from "../core/tools/registry.ts";
import type { Workspace } from "../core/workspace/workspace.ts";
import type { ConfinementView } from "../protocol/confinement-view.ts";
import type { StatusView } from "../protocol/daemon-methods.ts";
import type { Readiness } from "../protocol/readiness.ts";

export interface StatusParts {
  version: string;
  node: string;
  store: Store;
  calls: Calls;
  admission: Admission;
  presences: Presences;
  pressure: Pressure;
  load: MachineLoad;
  models: Models;
  processes: ProcessHost;
  workspace: Pick<Workspace, "way">;
  /** Tools that are not offered, and why. */
  missing: () => readonly Missing[];
  nowMs: () => number;
}

/** What `status`, `/readyz` and the metrics show of a running daemon. */
export class Status {
  readonly #parts: StatusParts;
  readonly #startedAt: number;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#startedAt = parts.nowMs();
  }

  async view(): Promise<StatusView> {
    const { version, node, store, calls, admission, presences, pressure, load, processes, nowMs } = this.#parts;
    const { memoryBytes, eventLoopP99Ms } = load.read();
    const [known, storeWorks] = await Promise.all([store.countSessions({ now: nowMs() }), outcomeOf(store)]);
    return {
      version,
      node,
      epoch: store.epoch,
      pid: process.pid,
      uptimeMs: nowMs() - this.#startedAt,
      phases: calls.phases(),
      permits: admission.counts(),
      sessions: { known, connected: presences.connected },
      pressure: pressure.level,
      store: storeWorks ?? "ok",
      memoryBytes,
      eventLoopP99Ms,
      providers: this.providers(),
      confinement: confinementOf(processes),
    };
  }

  /**
   * Ready is: the store takes a commit, and commands can be started. Providers and missing tools are told and
   * change nothing, and neither does being busy.
   */
  async ready(): Promise<{ failing: string[]; detail: Readiness["detail"] }> {
    const { store, processes, workspace, pressure } = this.#parts;
    const [storeWorks, supervisorWorks] = await Promise.all([store, processes].map(outcomeOf));
    const detail = {
      store: storeWorks ?? "ok",
      processes: confinementOf(processes),
      supervisor: supervisorWorks ?? "ok",
      workspace: workspace.way,
      pressure: pressure.level,
      providers: this.providers(),
      missing: [...this.missing()],
    };
    const failing = (["store", "supervisor"] as const).filter((part) => detail[part] !== "ok");
    return { failing, detail };
  }

  /** Tools that are not offered, and why. */
  missing(): readonly Missing[] {
    return this.#parts.missing();
  }

  /** Every provider of models, and why one is not ready. */
  providers(): StatusView["providers"] {
    return this.#parts.models.providers();
  }
}

function confinementOf({ confinement: { way, limits, missing } }: ProcessHost): ConfinementView {
  return { way, limits, missing: [...missing] };
}

/** Why a part does not work; `undefined` where it does. */
async function outcomeOf(part: { check(): Promise<void> }): Promise<string | undefined> {
  return await part.check().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
