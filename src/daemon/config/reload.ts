import { isDeepStrictEqual } from "node:util";
import { type SettingName, settingsByName } from "./declared/declared.ts";
import type { LoadedSettings } from "./load-settings.ts";
import { Secret } from "./secret.ts";

/** What a new configuration changes of what a daemon runs with. */
export interface Changes {
  changed: SettingName[];
  /** Of those, what only a new start takes over. */
  needRestart: SettingName[];
}

/** What a daemon runs with: the settings of its start and, of those that a reload takes over, the ones read last. */
export interface InForce {
  started: LoadedSettings;
  taken: LoadedSettings;
}

/** Compares checked settings with those in force; secrets by what they hold, told by name only. */
export function reload({ started, taken }: InForce, next: LoadedSettings): Changes {
  const inForce = (name: SettingName) => (isLive(name) ? taken : started).values[name];
  const changed = [...settingsByName]
    .filter(([name, { reader }]) => reader === "daemon" && !isSame(inForce(name), next.values[name]))
    .map(([name]) => name);
  return { changed, needRestart: changed.filter((name) => !isLive(name)) };
}

function isLive(name: SettingName): boolean {
  return settingsByName.get(name)?.change === "live";
}

function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

/** Keys inside of structures count by what they hold, too. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
