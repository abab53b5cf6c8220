import { dayMs } from "../../base/day.ts";
import type { StatusView } from "../../protocol/daemon-methods.ts";
import type { MethodResult, Params } from "../../protocol/methods.ts";
import type { PerDay } from "../budgets/days.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "../tenants/caller.ts";
import { requireScope } from "../tenants/scopes.ts";
import type { Operations } from "./operations.ts";

export interface DaemonOperationParts {
  store: Store;
  nowMs: () => number;
  status: () => Promise<StatusView>;
  /** What a principal may spend a day now. */
  perDay: () => PerDay;
  models: (signal: AbortSignal) => Promise<MethodResult<"models.list">["models"]>;
  /** Begins the stop and resolves before it is done. */
  stop: (mode: Params<"daemon.stop">["mode"]) => void;
  reload: () => Promise<MethodResult<"daemon.reload">>;
}

type DaemonMethod = "models.list" | "spend.get" | "status.get" | "daemon.stop" | "daemon.reload" | "store.backup";

/** The daemon as a whole: seen with `observe` or by its own principal, steered with `admin`. */
export function daemonOperations(parts: DaemonOperationParts): Pick<Operations, DaemonMethod> {
  return {
    "models.list": async ({ signal }) => ({ models: await parts.models(signal) }),
    "status.get": () => parts.status(),
    "spend.get": async ({ caller }, { days }) => {
      const seesAll = caller.scopes.has("observe") && caller.role !== "user";
      const since = parts.nowMs() - days * dayMs;
      const rows = await parts.store.spend(seesAll ? { since } : { since, principal: caller.principal });
      const { usd = null, tokens = null } = parts.perDay();
      return { rows, perDay: { usd, tokens } };
    },
    "daemon.stop": async ({ caller }, { mode }) => {
      requireScope(caller, "admin");
      await record(parts, caller, { act: "daemon.stopped", facts: { mode } });
      parts.stop(mode);
      return {};
    },
    "daemon.reload": async ({ caller }) => {
      requireScope(caller, "admin");
      const reloaded = await parts.reload();
      await record(parts, caller, { act: "daemon.reloaded", facts: reloaded });
      return reloaded;
    },
    "store.backup": async ({ caller }, { file }) => {
      requireScope(caller, "admin");
      const { bytes } = await parts.store.backup({ file });
      await record(parts, caller, { act: "store.backed-up", facts: { file, bytes } });
      return { file, bytes };
    },
  };
}

/** Puts what was done, and by whom, into the audit. */
async function record(
  { store, nowMs }: DaemonOperationParts,
  { principal }: Caller,
  { act, facts }: { act: string; facts: object },
): Promise<void> {
  await store.audit({ at: nowMs(), principal, act, facts: JSON.stringify(facts) });
}
