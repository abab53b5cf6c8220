import { readFileSync } from "node:fs";
import { type LoadedSettings, loadSettings } from "./config/load-settings.ts";

/** The settings of this machine: the environment given, and the files of its data folder. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): LoadedSettings {
  return loadSettings({ env, readFile: textOf });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
