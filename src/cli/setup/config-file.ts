import { constants } from "node:fs";
import { copyFile, mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../protocol/fault.ts";
import { readOrNothing } from "../read-or-nothing.ts";

/** A client's configuration as it was read. */
export interface ConfigFile {
  /** Where it really lies: what is named may be a link. */
  readonly path: string;
  /** `undefined` where there is none. */
  readonly text: string | undefined;
  /** What it was before we wrote to it; `undefined` where that is not kept. */
  readonly backup: string | undefined;
}

export async function readConfig(named: string): Promise<ConfigFile> {
  const path = await realpath(named).catch(() => named);
  return { path, text: await readOrNothing(path), backup: await readOrNothing(backupOf(path)) };
}

export function backupOf(path: string): string {
  return `${path}.before-exai`;
}

/** Keeps a copy beside the file, with its rights. */
export async function keepBackup({ path }: ConfigFile): Promise<string> {
  const backup = backupOf(path);
  await rm(backup, { force: true });
  await copyFile(path, backup, constants.COPYFILE_EXCL);
  return backup;
}

export async function dropBackup({ path }: ConfigFile): Promise<void> {
  await rm(backupOf(path), { force: true });
}

/** Replaces the file whole, with the rights that it has; `undefined` takes it away. Refuses where it was changed since it was read. */
export async function writeConfig(file: ConfigFile, text: string | undefined): Promise<void> {
  const { path } = file;
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.exai-${process.pid}`;
  const rights = await stat(path).catch(() => undefined);
  if (text !== undefined) await writeFile(next, text, { ...(rights && { mode: rights.mode & 0o777 }), flush: true });
  if ((await readOrNothing(path)) !== file.text) {
    await rm(next, { force: true });
    throw new Fault("input.invalid", `Cannot write ${path}: it was changed meanwhile, expected you to try again`);
  }
  if (text === undefined) await rm(path);
  else await rename(next, path);
}
