import { homedir } from "node:os";
import { dataFolder, userFolder } from "../../base/data-folder.ts";
import { checkTogether } from "./checks.ts";
import { type SettingName, settingsByName, type Values } from "./declared/declared.ts";
import { tellNames } from "./names.ts";
import { invalidSettings, shownValue } from "./setting-fault.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { type Outside, readSources, variableIn } from "./sources.ts";
import { readValues } from "./values.ts";

/** Checked settings, with what is to be told about them. */
export interface LoadedSettings {
  settings: Settings;
  values: Values;
  /** Names that do nothing, one sentence each, without values. */
  notices: string[];
  /** Every setting that is set or defaulted, as it may be printed. */
  shown: readonly { name: SettingName; value: string; source: string }[];
}

/**
 * All settings from the environment, then `EXAI_HOME/.env`, then `EXAI_HOME/exai.config.json`.
 * Refuses with `config.invalid`, which tells everything that is wrong at once.
 */
export function loadSettings(outside: Outside): LoadedSettings {
  const { sources, faults } = readSources(outside);
  const read = readValues(sources);
  const wrong = [...faults, ...read.faults, ...checkTogether(read)];
  const notices = [...tellNames(sources), ...read.notices];
  if (wrong.length > 0) throw invalidSettings(wrong, notices);
  // Nothing is wrong, so every setting with a default has a value.
  const values = read.values as Values;
  return {
    settings: settingsOf(values, {
      home: dataFolder(outside.env, homedir),
      root: userFolder(outside.env, homedir),
      variable: (name) => variableIn(sources, name),
    }),
    values,
    notices,
    shown: [...settingsByName].flatMap(([name, setting]) =>
      values[name] === undefined
        ? []
        : [{ name, value: shownValue(setting, values[name]), source: read.from.get(name) ?? "default" }],
    ),
  };
}
