import { access, constants, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** Why this file cannot be run; `undefined` where it can. */
export async function unrunnable(file: string): Promise<string | undefined> {
  if (!isAbsolute(file)) return "it is no absolute path";
  try {
    if (!(await stat(file)).isFile()) return "it is no file";
    await access(file, constants.X_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** The first file of that name along the path that can be run. */
export async function findExecutable(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(":")) {
    const file = join(directory, name);
    if (isAbsolute(directory) && (await unrunnable(file)) === undefined) return file;
  }
  return undefined;
}
