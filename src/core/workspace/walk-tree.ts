import { Fault } from "../../protocol/fault.ts";
import type { Disk, Entry, OpenDirectory, OpenFile } from "./disk.ts";
import type { LooksLeft } from "./glob.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import type { Looks } from "./looks.ts";
import { readWhole } from "./read-whole.ts";
import { textOf } from "./text.ts";

/** How far a walk goes, and what it passes by. */
export interface WalkRules {
  /** How many levels of directories below the first: 0 for what is in it alone. */
  depth: number;
  /** Whether what `.gitignore` files leave out, and `.git`, is left out here too. */
  ignored: "skip" | "show";
}

/** Something that a walk came by. */
export interface Found {
  /** From the directory that was walked, `/` between its names. */
  path: string;
  kind: Entry["kind"];
  /** Opens it by that name where it was found; `undefined` where it is no file any more, or may not be read. */
  openFile(): Promise<OpenFile | undefined>;
}

/** What a walk may still look at, and what it left out. */
export interface WalkTally {
  /** Names that may be looked at in all. */
  namesLeft: number;
  /** What names may still be held against rules. */
  looks: Looks;
  /** Set where there was more than was walked. */
  isCut: boolean;
  /** Directories that could not be listed. */
  unreadable: number;
}

const maxNamesKept = 10_000;
const maxDepth = 64;
const maxRulesBytes = 256 * 1024;

/**
 * Everything below a directory in the order of names, each directory before what is in it, at most 64 levels down. Links
 * are told and not followed. Of a directory with more than 10,000 names the first ones are kept.
 */
export async function* walkTree(
  top: OpenDirectory,
  { walk, ignore, tally }: { walk: WalkRules; ignore: Ignored; tally: WalkTally },
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const maxLevel = Math.min(walk.depth, maxDepth);
  yield* below({ directory: top, names: [], ignore });

  async function* below(place: Level): AsyncGenerator<Found> {
    const { directory, names } = place;
    const here = walk.ignored === "skip" ? await withRulesOf(place, signal) : place;
    for (const { name, kind } of await entriesIn(here)) {
      signal.throwIfAborted();
      if (await isOver()) return;
      const path = [...names, name];
      yield { path: path.join("/"), kind, openFile: () => fileIn(directory, name) };
      if (kind !== "directory" || path.length > maxLevel) continue;
      await using child = await directory.child(name);
      if (child?.kind === "directory") yield* below({ directory: child, names: path, ignore: here.ignore });
    }
  }

  async function isOver(): Promise<boolean> {
    await tally.looks.letOthers(signal);
    if (tally.looks.isUsedUp) tally.isCut = true;
    return tally.looks.isUsedUp;
  }

  async function entriesIn(place: Level): Promise<Entry[]> {
    try {
      return await keptEntries(place, { walk, tally }, signal);
    } catch (error) {
      // Only the directory that was asked for has to be one that can be listed.
      if (place.names.length === 0 || !(error instanceof Fault)) throw error;
      tally.unreadable += 1;
      return [];
    }
  }
}

/** The rules that hold in a directory, and how its names are told to them. */
export interface Ignored {
  rules: IgnoreRules;
  /** The names from where the rules begin to where the walk does. */
  above: readonly string[];
}

interface Level {
  directory: OpenDirectory;
  names: readonly string[];
  ignore: Ignored;
}

async function withRulesOf(level: Level, signal: AbortSignal): Promise<Level> {
  const { directory, names, ignore } = level;
  const text = await rulesIn(directory, signal);
  if (text === undefined) return level;
  return { ...level, ignore: { ...ignore, rules: ignore.rules.with(text, ignore.above.length + names.length) } };
}

async function rulesIn(directory: OpenDirectory, signal: AbortSignal): Promise<string | undefined> {
  await using file = await directory.child(".gitignore");
  if (file?.kind !== "file" || file.bytes > maxRulesBytes) return undefined;
  return textOf((await readWhole(file, maxRulesBytes, signal)).bytes)?.text;
}

async function keptEntries(
  { directory, names, ignore }: Level,
  { walk, tally }: { walk: WalkRules; tally: WalkTally },
  signal: AbortSignal,
): Promise<Entry[]> {
  let kept: Entry[] = [];
  for await (const entry of directory.entries()) {
    tally.namesLeft -= 1;
    if (tally.namesLeft < 0 || tally.looks.isUsedUp) {
      tally.isCut = true;
      break;
    }
    if (walk.ignored === "skip") {
      await tally.looks.letOthers(signal);
      const isLeftOut = tally.looks.ofName((looks) => isIgnored(entry, { names, ignore }, looks));
      // What nobody could tell in time may have to be left out.
      if (isLeftOut === undefined) tally.isCut = true;
      if (isLeftOut !== false) continue;
    }
    kept.push(entry);
    if (kept.length < 2 * maxNamesKept) continue;
    kept = sorted(kept).slice(0, maxNamesKept);
    tally.isCut = true;
  }
  if (kept.length > maxNamesKept) tally.isCut = true;
  return sorted(kept).slice(0, maxNamesKept);
}

function isIgnored(
  { name, kind }: Entry,
  { names, ignore: { rules, above } }: Omit<Level, "directory">,
  looks: LooksLeft,
): boolean | undefined {
  return name === ".git" || rules.ignores([...above, ...names, name], kind === "directory" ? kind : "other", looks);
}

function sorted(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function fileIn(directory: OpenDirectory, name: string): Promise<OpenFile | undefined> {
  const child = await directory.child(name);
  if (child?.kind === "file") return child;
  await child?.[Symbol.asyncDispose]();
  return undefined;
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

/** The rules that repositories around a directory have for it, up to the one with a `.git`; without such a one there are none. */
export async function rulesAbove(
  open: (path: string) => ReturnType<Disk["open"]>,
  path: string,
  signal: AbortSignal,
): Promise<Ignored> {
  const none = { rules: IgnoreRules.none, above: [] };
  const texts: (string | undefined)[] = [];
  const names = path.split("/").filter(Boolean);
  for (let depth = names.length; depth >= 0; depth -= 1) {
    await using directory = await open(`/${names.slice(0, depth).join("/")}`).catch(unlessRefused);
    if (directory?.kind !== "directory") return none;
    // The walk finds that of its own directory.
    texts.unshift(depth === names.length ? undefined : await rulesIn(directory, signal));
    await using repository = await directory.child(".git");
    if (repository === undefined) continue;
    const rules = texts.reduce((all, text, level) => (text === undefined ? all : all.with(text, level)), none.rules);
    return { rules, above: names.slice(depth) };
  }
  return none;
}
