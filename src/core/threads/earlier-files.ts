import { Fault } from "../../protocol/fault.ts";
import { type AttachmentSource, attachFiles } from "../workspace/attachments.ts";
import type { ShowableFile } from "../workspace/fit-files.ts";
import type { ShownBefore, Turn } from "./turn.ts";

/** A file that is no longer what a model was shown of it; `is` is absent where it cannot be read any more. */
export interface ChangedFile {
  path: string;
  /** SHA-256 of what was shown. */
  was: string;
  /** SHA-256 of what is there now. */
  is?: string;
}

/** What earlier turns showed, as far as it can be shown again. */
export interface EarlierFiles {
  /** As they are now, oldest mention first. */
  files: ShowableFile[];
  changed: ChangedFile[];
}

/** More would be read from the disk for every turn of a long conversation. */
const mostFiles = 64;

/**
 * The files that earlier turns showed, read again: the newest mention of each counts, those named anew do not.
 * `turns` go backwards from the newest.
 */
export async function readEarlierFiles(
  source: AttachmentSource,
  { turns, anew }: { turns: readonly Turn[]; anew: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<EarlierFiles> {
  const earlier: EarlierFiles = { files: [], changed: [] };
  for (const shown of mentionsIn(turns, anew)) {
    const file = await readAgain(source, shown, signal);
    if (file !== undefined) earlier.files.unshift(file);
    const { path, sha256: was } = shown;
    if (file?.sha256 !== was) earlier.changed.push({ path, was, ...(file !== undefined && { is: file.sha256 }) });
  }
  return earlier;
}

/** The newest mention of each text that was shown, newest first. */
function mentionsIn(turns: readonly Turn[], anew: ReadonlySet<string>): ShownBefore[] {
  const mentions = new Map<string, ShownBefore>();
  for (const { files = [] } of turns)
    for (const file of files)
      if (file.from !== undefined && !anew.has(file.path) && !mentions.has(file.path)) mentions.set(file.path, file);
  return [...mentions.values()].slice(0, mostFiles);
}

/** Whole: lines of a file that has changed are other lines. */
async function readAgain(
  source: AttachmentSource,
  { path }: ShownBefore,
  signal: AbortSignal,
): Promise<ShowableFile | undefined> {
  try {
    const [file] = await attachFiles(source, [path], signal);
    return file;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
