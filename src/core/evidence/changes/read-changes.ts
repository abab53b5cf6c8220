import { join } from "node:path";
import { Fault } from "../../../protocol/fault.ts";
import { type Scope, scopeOf } from "../../workspace/scope.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { Changes, ChangesRequest, Investigator } from "../evidence.ts";
import { GatheredChanges, maxPatchBytes } from "./gathered-changes.ts";
import { GitSession, type GitSessionParts } from "./git-session.ts";
import { type RawEntry, rawEntries } from "./raw-entries.ts";
import { type Checkout, findRepository } from "./repository.ts";

export interface ChangesParts extends GitSessionParts {
  workspace: Pick<Workspace, "directory" | "list" | "locate" | "read">;
}

const maxComparedBytes = 1024 * 1024;
const maxLarge = 200;
const maxListBytes = 256 * 1024;

/** For lists and patches alike: no program of anybody, no look into submodules, renames told. */
const listed = ["--raw", "-z", "--no-abbrev", "--ignore-submodules=all"];
const usual = ["--raw", "--patch", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color", "-M", "-l500"];

/** The changes of the repository around a path, in as many parts as were asked for. */
export async function readChanges(
  parts: ChangesParts,
  { who, request }: { who: Investigator; request: ChangesRequest },
  signal: AbortSignal,
): Promise<Changes> {
  const scope = scopeOf(who.owner);
  const path = request.path ?? ".";
  const repository = await findRepository({ workspace: parts.workspace, scope, path }, signal);
  await using session = await GitSession.open(parts, { call: who.call, scope, repository }, signal);
  const base = await baseOf(session, request.compareTo, signal);
  const told = new GatheredChanges(repository.top);
  for (const area of areasOf(request)) await areas[area]({ session, base, told, repository, scope, parts }, signal);
  const { branch } = repository;
  return {
    repository: repository.top,
    ...(branch !== undefined && { branch }),
    ...(base.commit !== undefined && { base: { ref: base.ref, commit: base.commit } }),
    ...told.all(),
  };
}

/** Where a repository has no commit yet, everything in its index was added to nothing. */
interface Base {
  ref: string;
  commit?: string;
  head?: string;
}

async function baseOf(session: GitSession, compareTo: string | undefined, signal: AbortSignal): Promise<Base> {
  const head = await session.commit("HEAD", signal);
  if (compareTo === undefined) return { ref: "HEAD", ...(head !== undefined && { commit: head, head }) };
  const isName = /^[^-\p{Cc}][^\p{Cc}]{0,249}$/u.test(compareTo);
  const commit = isName ? await session.commit(compareTo, signal) : undefined;
  if (commit === undefined) {
    const message = `Cannot compare with ${JSON.stringify(compareTo)}: the repository has no such commit, expected a branch, a tag or a commit`;
    throw new Fault("input.invalid", message, { facts: { compareTo } });
  }
  if (head === undefined) return { ref: compareTo, commit };
  return { ref: compareTo, commit: (await session.fork(commit, head, signal)) ?? commit, head };
}

interface Reading {
  session: GitSession;
  base: Base;
  told: GatheredChanges;
  repository: Checkout;
  scope: Scope;
  parts: ChangesParts;
}

function areasOf({ compareTo, staged, unstaged }: ChangesRequest): (keyof typeof areas)[] {
  const first = staged ? (["staged"] as const) : compareTo === undefined ? [] : (["commits"] as const);
  return unstaged ? [...first, "unstaged", "untracked"] : [...first];
}

const areas = {
  async commits({ session, base, told }: Reading, signal: AbortSignal): Promise<void> {
    if (base.commit === undefined || base.head === undefined) return;
    const given = ["diff-tree", "-r", ...usual, "--ignore-submodules=dirty", base.commit, base.head, "--"];
    told.diff("commits", await session.ask({ given, maxBytes: maxPatchBytes }, signal));
  },

  async staged({ session, base, told }: Reading, signal: AbortSignal): Promise<void> {
    const from = base.commit ?? (await emptyTree(session, signal));
    const given = ["diff-index", "--cached", ...usual, "--ignore-submodules=dirty", from, "--"];
    told.diff("staged", await session.ask({ given, maxBytes: maxPatchBytes }, signal));
  },

  async unstaged({ session, told, ...where }: Reading, signal: AbortSignal): Promise<void> {
    const list = await session.ask({ given: ["diff-files", ...listed, "--"], maxBytes: maxListBytes }, signal);
    const { entries } = rawEntries(new TextDecoder().decode(list.out));
    if (entries.length === 0) return;
    const large = await largeAmong(entries, where, signal);
    for (const entry of large) told.unread(entry);
    // Git would read all of each only to say that it has changed.
    const others = large.map(({ path }) => `:(top,literal,exclude)${path}`);
    const given = ["diff-files", ...usual, "--ignore-submodules=all", "--", ...others];
    told.diff("unstaged", await session.ask({ given, maxBytes: maxPatchBytes }, signal));
  },

  async untracked({ session, told, repository, scope, parts }: Reading, signal: AbortSignal): Promise<void> {
    const exclude = join(repository.common, "info/exclude");
    const found = await parts.workspace.locate(scope, exclude, signal).catch(unlessRefused);
    const own = found?.kind === "file" ? [`--exclude-from=${found.path}`] : [];
    const given = ["ls-files", "--others", "-z", "--exclude-per-directory=.gitignore", ...own, "--"];
    told.untracked(await session.ask({ given, maxBytes: maxListBytes }, signal));
  },
};

/** Files of the working tree that are larger than what is compared, as many as an argument list holds. */
async function largeAmong(
  entries: readonly RawEntry[],
  { parts, scope, repository }: Pick<Reading, "parts" | "scope" | "repository">,
  signal: AbortSignal,
): Promise<RawEntry[]> {
  const large: RawEntry[] = [];
  for (const entry of entries) {
    if (entry.kind !== "file" || entry.status === "deleted" || large.length === maxLarge) continue;
    const place = await parts.workspace.locate(scope, join(repository.top, entry.path), signal).catch(unlessRefused);
    if (place?.kind === "file" && place.bytes > maxComparedBytes) large.push(entry);
  }
  return large;
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

/** The object that stands for nothing at all, in the repository's own format. */
async function emptyTree(session: GitSession, signal: AbortSignal): Promise<string> {
  const given = ["hash-object", "-t", "tree", "--stdin"];
  return new TextDecoder().decode((await session.ask({ given, input: new Uint8Array() }, signal)).out).trim();
}
