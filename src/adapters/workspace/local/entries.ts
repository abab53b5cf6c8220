import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import type { Entry } from "../../../core/workspace/disk.ts";
import { refusedBySystem } from "../../../core/workspace/refusals.ts";
import { Fault } from "../../../protocol/fault.ts";

const namesAtOnce = 512;

/** What is in the directory that `through` leads to; `path` is what it is called where it cannot be read. */
export async function* entriesOf(through: string, path: string): AsyncIterable<Entry> {
  try {
    for await (const entry of await opendir(through, { bufferSize: namesAtOnce }))
      yield { name: entry.name, kind: kindOf(entry) };
  } catch (error) {
    throw refusedBySystem(path, error, "a directory that can be listed");
  }
}

function kindOf(entry: Dirent): Entry["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** Whether it is one name, and none that leads up or stays. */
export function isOneName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name) && name.isWellFormed();
}

/** Whether this is why a name that was read a moment ago opens nothing; anything else is a failure. */
export function isNotThere(error: unknown): boolean {
  if (error instanceof Fault) return error.code === "workspace.unreadable";
  const codes = new Set<unknown>(["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "ENXIO", "EINVAL", "ENAMETOOLONG"]);
  return error instanceof Error && "code" in error && codes.has(error.code);
}
