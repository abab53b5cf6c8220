import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { dataFolder } from "../../base/data-folder.ts";
import { Fault } from "../../protocol/fault.ts";

/** The data folder; refuses with `config.invalid` one that would be another in another working directory. */
export function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  const home = dataFolder(env, homedir);
  if (isAbsolute(home)) return resolve(home);
  throw new Fault("config.invalid", `Cannot use EXAI_HOME: ${home} is relative, expected an absolute path`);
}
