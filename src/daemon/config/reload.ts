import { isDeepStrictEqual } from "node:util";
import { type SettingName, settingsByName } from "./declared/declared.ts";
import type { LoadedSettings } from "./load-settings.ts";
import { Secret } from "./secret.ts";

/** What a new configuration would change. */
export interface Changes {
  changed: SettingName[];
  /** Of those, what can be taken over while running. */
  live: SettingName[];
  /** Of those, what only a new start takes over. */
  needRestart: SettingName[];
}

/** Compares two checked configurations; secrets by what they hold, told by name only. */
export function reload(current: LoadedSettings, next: LoadedSettings): Changes {
  const changed = [...settingsByName.keys()].filter(
    (name) => !isDeepStrictEqual(plain(current.values[name]), plain(next.values[name])),
  );
  const isLive = (name: SettingName) => settingsByName.get(name)?.change === "live";
  return { changed, live: changed.filter(isLive), needRestart: changed.filter((name) => !isLive(name)) };
}

function plain(value: unknown): unknown {
  return value instanceof Secret ? value.reveal() : value;
}
