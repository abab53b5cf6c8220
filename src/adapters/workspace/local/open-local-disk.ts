import { fileURLToPath } from "node:url";
import type { Disk } from "../../../core/workspace/disk.ts";
import { HandlesDisk } from "./handles-disk.ts";
import { PathHandle } from "./path-handle.ts";
import { RealPathDisk } from "./real-path-disk.ts";

interface LocalDiskParts {
  /** The widest roots that any scope has. */
  roots: readonly string[];
  /** Directories that no root may contain. */
  forbidden: readonly string[];
}

/** The disk of this machine in the best way that it has: by handles where a path can begin at one, otherwise by real paths. */
export async function openLocalDisk(parts: LocalDiskParts): Promise<Disk> {
  return (await pathsBeginAtHandles()) ? new HandlesDisk(parts) : new RealPathDisk(parts);
}

/** Tried with this file itself: its folder is held, and it must be found from there. */
async function pathsBeginAtHandles(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    await using folder = await PathHandle.open(fileURLToPath(new URL(".", import.meta.url)), "follow");
    const name =
      fileURLToPath(import.meta.url)
        .split("/")
        .at(-1) ?? "";
    await using file = await folder.below(name);
    return folder.stats.isDirectory() && file.stats.isFile();
  } catch {
    return false;
  }
}
