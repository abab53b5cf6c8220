import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own directory, as the environment or else the system says it. */
export function userFolder(env: Environment, systemSays: () => string): string {
  const home = env["HOME"];
  return home === undefined || !isAbsolute(home) ? systemSays() : home;
}

/**
 * Where everything is kept: what EXAI_HOME says, or `.exai` in the user's directory. A relative one would be that of
 * the working directory, which may be anybody's: daemon and command line refuse it, each in its way.
 */
export function dataFolder(env: Environment, systemSays: () => string): string {
  const home = env["EXAI_HOME"]?.trim();
  return home === undefined || home === "" ? join(userFolder(env, systemSays), ".exai") : home;
}
