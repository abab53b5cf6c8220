import type { OpenDirectory } from "./disk.ts";
import { globFits, globOf } from "./glob.ts";
import { Looks } from "./looks.ts";
import { type Found, type Ignored, type WalkRules, type WalkTally, walkTree } from "./walk-tree.ts";

/** What of a directory is listed: what is in it alone unless `depth` says more. */
export interface ListRequest extends Partial<WalkRules> {
  /** A directory; the base of the scope unless told. */
  path?: string;
  /** Only what fits: `*.ts` at any depth, `src/**` from the directory. Directories are then left out. */
  match?: string;
  /** 1,000 unless told. */
  maxEntries?: number;
}

/** What was found, and whether that is all. */
export interface Listing {
  /** The real absolute path of the directory. */
  path: string;
  /** In the order of names; their paths begin below the directory. */
  entries: Pick<Found, "path" | "kind">[];
  /** Whether there is more than is told. */
  isCut: boolean;
  /** How many directories below could not be listed. */
  unreadable: number;
}

const maxNames = 1_000_000;

/** What lies in a directory, in this level alone unless told, without what `.gitignore` files leave out unless told. */
export async function listFiles(
  { directory, ignore }: { directory: OpenDirectory; ignore: Ignored },
  { depth = 0, ignored = "skip", match, maxEntries = 1000 }: ListRequest,
  signal: AbortSignal,
): Promise<Listing> {
  const tally: WalkTally = { namesLeft: maxNames, looks: new Looks(), isCut: false, unreadable: 0 };
  const listing: Listing = { path: directory.path, entries: [], isCut: false, unreadable: 0 };
  const fits = match === undefined ? () => true : matching([match], tally);
  for await (const { path, kind } of walkTree(directory, { walk: { depth, ignored }, ignore, tally }, signal)) {
    if (match !== undefined && (kind === "directory" || !fits(path))) continue;
    if (listing.entries.length === maxEntries) return { ...listing, isCut: true, unreadable: tally.unreadable };
    listing.entries.push({ path, kind });
  }
  return { ...listing, isCut: tally.isCut, unreadable: tally.unreadable };
}

/** Whether a path fits one of the patterns; one without a slash fits at any depth. One that takes too long to tell fits none, and cuts. */
export function matching(patterns: readonly string[], tally: WalkTally): (path: string) => boolean {
  const globs = patterns.map((pattern) => globOf(pattern.includes("/") ? pattern : `**/${pattern}`));
  return (path) => {
    const names = path.split("/").map((name) => [...name]);
    return tally.looks.ofName((looks) => {
      const isFit = globs.some((glob) => globFits(glob, names, looks));
      if (looks.left <= 0) tally.isCut = true;
      return isFit;
    });
  };
}
