import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { Fault } from "../../../protocol/fault.ts";
import { restoredMark } from "./epoch.ts";

/** All pages in one step: one snapshot, taken off this thread, however much is written meanwhile. */
const pagesAStep = 2 ** 31 - 1;

/** Writes a copy as of one moment, for its owner only; under its name stands the whole of it or nothing. */
export async function writeBackup(files: { source: string; target: string }): Promise<{ bytes: number }> {
  const { source, target } = files;
  if (existsSync(target))
    throw new Fault("input.invalid", `Cannot write the backup ${target}: the file exists, expected a new name`);
  const partial = `${target}.partial`;
  try {
    rmSync(partial, { force: true });
    closeSync(openSync(partial, "wx", 0o600));
    await copy(source, partial);
    mark(partial);
    sync(partial);
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    const reason = reasonOf(error, partial);
    throw new Fault("input.invalid", `Cannot write the backup ${target}: ${reason}, expected a writable folder`, {
      cause: error,
    });
  }
  return { bytes: statSync(target).size };
}

/** The file beside the target is our own affair. */
function reasonOf(error: unknown, partial: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code = "" } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: "its folder is not there",
    ENOTDIR: "its folder is none",
    EACCES: "permission is denied",
    EROFS: "what it lies on is read-only",
    ENOSPC: "the disk is full",
  };
  return known[code] ?? error.message.replaceAll(partial, "it");
}

async function copy(source: string, partial: string): Promise<void> {
  const reader = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(reader, partial, { rate: pagesAStep });
  } finally {
    reader.close();
  }
}

/** Whoever opens it as a store begins a new epoch; it needs no log beside it. */
function mark(partial: string): void {
  const copied = new DatabaseSync(partial);
  try {
    copied.exec("PRAGMA journal_mode = DELETE");
    copied
      .prepare("INSERT INTO meta (name, value) VALUES (?, '1') ON CONFLICT (name) DO UPDATE SET value = '1'")
      .run(restoredMark);
  } finally {
    copied.close();
  }
}

function sync(file: string): void {
  const opened = openSync(file, "r+");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
