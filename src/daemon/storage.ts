import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Store } from "../core/store/store.ts";
import type { Settings } from "./config/settings.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";

export interface StorageParts {
  settings: Settings;
  clock: Clock;
  lifecycle: Lifecycle;
  observation: Observation;
  /** Told where the store is gone for good: nothing more is stored by this process. */
  onStoreLost: (cause: unknown) => void;
}

/**
 * The lock of the data folder, then the store: SQLite in the folder, or the PostgreSQL that the settings name.
 * Each engine is loaded only where it is used.
 */
export async function openStorage(parts: StorageParts): Promise<Store> {
  const { settings, clock, lifecycle, observation, onStoreLost: onLost } = parts;
  const { home, store } = settings;
  const onCommit = (ms: number, verbs: number) => observation.telemetry.storeCommitted(ms, verbs);
  const { lockFolder } = await import("../adapters/store/sqlite/folder-lock.ts");
  await lifecycle.start("the lock of the data folder", () => lockFolder(home));
  const { databaseUrl, durability } = store;
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import("../adapters/store/postgres/postgres-store.ts");
    return await lifecycle.start("the PostgreSQL store", () =>
      openPostgresStore({ url: databaseUrl.reveal(), clock, onCommit }),
    );
  }
  const { openSqliteStore } = await import("../adapters/store/sqlite/sqlite-store.ts");
  return await lifecycle.start("the SQLite store", () =>
    openSqliteStore({ folder: join(home, "store"), durability, clock, onCommit, onLost }),
  );
}
