import { constants } from "node:fs";
import { access, lstat, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../../protocol/fault.ts";

const mayEnterAndWrite = constants.W_OK | constants.X_OK;

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "what it lies on is read-only",
  ENOTDIR: "something in its place is no folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  ENOENT: "no folder can be made there",
};

/**
 * Makes the data folder, and the one of its logs, where they are not there. Refuses with `config.invalid` one that cannot
 * be made or written, naming the place and the reason.
 */
export async function makeHome(home: string): Promise<void> {
  for (const folder of [home, join(home, "logs")]) {
    try {
      await makeFolder(folder);
      await access(folder, mayEnterAndWrite);
    } catch (error) {
      throw refused(home, folder, error);
    }
  }
}

/** Refuses as {@link makeHome} does what can be seen without making anything. */
export async function lookAtHome(home: string): Promise<void> {
  try {
    let nearest = home;
    while (!(await isFolder(nearest))) nearest = dirname(nearest);
    await access(nearest, mayEnterAndWrite);
  } catch (error) {
    throw refused(home, home, error);
  }
}

/** Goes up only past what is not there: Node's own `recursive` never ends where a folder that is there takes none. */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (!(await isFolder(parent))) await makeFolder(parent);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Another start may have been faster.
    if (codeOf(error) !== "EEXIST" || !(await isFolder(folder))) throw error;
  }
}

/** Whether it is there; throws where something else is in its place. */
async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(async (error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
    if (await isLink(path)) throw new Error(`${path} is a link that leads nowhere`);
  });
  if (found?.isDirectory() === false) throw new Error(`${path} is no folder`);
  return found !== undefined;
}

async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function refused(home: string, folder: string, error: unknown): Fault {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const reason = code === undefined ? said : `${folder} cannot be made or written: ${reasons[code] ?? said}`;
  const message = `Cannot use EXAI_HOME ${home}: ${reason}, expected a folder that this user can make and write`;
  return new Fault("config.invalid", message, { facts: { home, reason: code ?? "in the way" }, cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
