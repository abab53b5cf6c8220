import { join } from "node:path";
import type { OpenDirectory } from "./disk.ts";
import { Looks } from "./looks.ts";
import { type Ignored, type WalkTally, walkTree } from "./walk-tree.ts";

/** A file by its facts alone: nothing of it is read yet. */
export interface FileBelow {
  /** Its real absolute path when it was opened. */
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
}

/** What a directory stands for where files are wanted. */
export interface FilesBelow {
  /** The newest last. */
  files: FileBelow[];
  /** Whether there is more than was looked at. */
  isCut: boolean;
  /** How many directories below could not be listed. */
  unreadable: number;
}

const mostNames = 100_000;
/** Each is opened to be told how old it is. */
const mostFiles = 5000;
const walk = { depth: 64, ignored: "skip" } as const;

/** The regular files below a directory, without what `.gitignore` files leave out; links are not followed. */
export async function filesBelow(
  { directory, ignore }: { directory: OpenDirectory; ignore: Ignored },
  signal: AbortSignal,
): Promise<FilesBelow> {
  const tally: WalkTally = { namesLeft: mostNames, looks: new Looks(), isCut: false, unreadable: 0 };
  const files: FileBelow[] = [];
  for await (const found of walkTree(directory, { walk, ignore, tally }, signal)) {
    if (found.kind !== "file") continue;
    if (files.length === mostFiles) {
      tally.isCut = true;
      break;
    }
    await using file = await found.openFile();
    if (file === undefined) continue;
    files.push({ path: join(directory.path, found.path), bytes: file.bytes, modifiedMs: file.modifiedMs });
  }
  files.sort((a, b) => a.modifiedMs - b.modifiedMs || (a.path < b.path ? 1 : -1));
  return { files, isCut: tally.isCut, unreadable: tally.unreadable };
}
