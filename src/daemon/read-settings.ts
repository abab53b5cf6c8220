import { readFileSync, realpathSync } from "node:fs";
import { Fault } from "../protocol/fault.ts";
import { type LoadedSettings, loadSettings } from "./config/load-settings.ts";

/**
 * The settings of this machine: the environment given, and the files of its data folder. Roots are the directories
 * that they lead to: what is bound to a link would be bound elsewhere once the link is.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): LoadedSettings {
  const loaded = loadSettings({ env, readFile: textOf });
  const roots = [...new Set(loaded.settings.roots.map(realPathOf))];
  return { ...loaded, settings: { ...loaded.settings, roots } };
}

/** One that is not there is told by what uses it. */
function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Fault("config.invalid", `Cannot read the settings: ${message}, expected a file that this user may read`, {
      facts: { path },
      cause: error,
    });
  }
}
