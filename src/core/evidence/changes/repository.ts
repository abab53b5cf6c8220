import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../../../protocol/fault.ts";
import type { Scope } from "../../workspace/scope.ts";
import type { Workspace } from "../../workspace/workspace.ts";

/** A repository that lies inside the roots with all that belongs to it. All paths are real and absolute. */
export interface Repository {
  /** The top of its working tree; absent where it is bare. */
  top?: string;
  /** What belongs to this working tree alone: its `HEAD` and its index. */
  folder: string;
  /** What all working trees of the repository share: objects, references, the configuration. */
  common: string;
  /** Where it borrows objects from. */
  borrowed: readonly string[];
  /** Absent where its `HEAD` names a commit. */
  branch?: string;
}

/** A repository with a working tree. */
export type Checkout = Repository & { top: string };

/** Where the search for a repository begins, and whose scope it stays in. */
export interface RepositoryRequest {
  workspace: Pick<Workspace, "directory" | "list" | "locate" | "read">;
  scope: Scope;
  /** A file or a directory in it. */
  path: string;
}

/** What every git folder has. */
const parts = [
  ["HEAD", "file"],
  ["objects", "directory"],
  ["refs", "directory"],
] as const;
const maxPointerBytes = 16 * 1024;
const maxAlternates = 16;
/** Folders of which git follows every name, and how deep. */
const followed = [
  [".", 0],
  ["refs", 16],
  ["logs", 16],
  ["reftable", 0],
  ["objects", 0],
  ["objects/pack", 0],
  ["objects/info", 0],
] as const;

/** The repository around a path; refuses with `workspace.unreadable` where none is, or one without a working tree. */
export async function findRepository(request: RepositoryRequest, signal: AbortSignal): Promise<Checkout> {
  const found = await repositoryAround(request, signal);
  if (found?.top !== undefined) return { ...found, top: found.top };
  const { path } = request;
  const fact =
    found === undefined ? "no git repository is around it inside the roots" : "the repository around it is bare";
  const message = `Cannot read changes at ${JSON.stringify(path)}: ${fact}, expected a working tree`;
  throw new Fault("workspace.unreadable", message, { facts: { path } });
}

/**
 * The repository around a path; `undefined` where none is inside the roots. Whatever its pointers and links lead to
 * lies inside the roots, or it is refused with `workspace.outside`: git reads what its folder says, and knows of no roots.
 */
export async function repositoryAround(
  request: RepositoryRequest,
  signal: AbortSignal,
): Promise<Repository | undefined> {
  const { workspace, scope, path } = request;
  const place = await workspace.locate(scope, path, signal);
  for (let at = place.kind === "directory" ? place.path : dirname(place.path); ; at = dirname(at)) {
    const folder = await gitFolderIn(request, at, signal);
    if (folder !== undefined) return await opened(request, { top: at, folder }, signal);
    if (await isBare(request, at, signal)) return await opened(request, { folder: at }, signal);
    if (at === dirname(at)) return undefined;
  }
}

async function gitFolderIn(request: RepositoryRequest, at: string, signal: AbortSignal): Promise<string | undefined> {
  const { workspace, scope } = request;
  const git = join(at, ".git");
  const found = await workspace.locate(scope, git, signal).catch(absent);
  if (found?.kind !== "file") return found?.path;
  const target = /^gitdir: (.+)$/.exec(await pointer(request, git, signal))?.[1];
  if (target === undefined) return undefined;
  return (await workspace.locate(scope, resolve(at, target), signal)).path;
}

/** Whether git takes it for a repository itself; the folder of a working tree is that tree's. */
async function isBare({ workspace, scope }: RepositoryRequest, at: string, signal: AbortSignal): Promise<boolean> {
  if (basename(at) === ".git") return false;
  for (const [name, kind] of parts) {
    const found = await workspace.locate(scope, join(at, name), signal).catch(absent);
    if (found?.kind !== kind) return false;
  }
  return true;
}

/** What is not there, or lies above the roots, is no repository; what leads out of them is refused. */
function absent(error: unknown): undefined {
  if (error instanceof Fault && error.code === "workspace.unreadable") return undefined;
  if (error instanceof Fault && error.code === "workspace.outside") return undefined;
  throw error;
}

async function opened(
  request: RepositoryRequest,
  { folder, ...place }: Pick<Repository, "top" | "folder">,
  signal: AbortSignal,
): Promise<Repository> {
  const { workspace, scope } = request;
  const shared = await optionalPointer(request, join(folder, "commondir"), signal);
  const common = shared === undefined ? folder : (await workspace.locate(scope, resolve(folder, shared), signal)).path;
  for (const each of new Set([folder, common])) await checkLinks(request, each, signal);
  for (const each of new Set([folder, common])) await checkTables(request, each, signal);
  const borrowed = await borrowedBy(request, join(common, "objects"), signal);
  const head = await optionalPointer(request, join(folder, "HEAD"), signal);
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head ?? "")?.[1];
  return { ...place, folder, common, borrowed, ...(branch !== undefined && branch !== ".invalid" && { branch }) };
}

/** Every link that git would follow in its folder leads to something inside the roots. */
async function checkLinks(request: RepositoryRequest, folder: string, signal: AbortSignal): Promise<void> {
  const { workspace, scope } = request;
  for (const [name, depth] of followed) {
    const path = join(folder, name);
    const listing = await workspace
      .list(scope, { path, depth, ignored: "show", maxEntries: 100_000 }, signal)
      .catch(absent);
    if (listing?.isCut === true) throw unreadable(path, "it has more names than are looked at", "fewer");
    for (const entry of listing?.entries ?? [])
      if (entry.kind === "link") await workspace.locate(scope, join(path, entry.path), signal);
  }
}

/** The tables that a list of them names lie beside it. */
async function checkTables(request: RepositoryRequest, folder: string, signal: AbortSignal): Promise<void> {
  const list = join(folder, "reftable/tables.list");
  const names = (await optionalPointer(request, list, signal))?.split("\n") ?? [];
  if (names.some((name) => name.includes("/")))
    throw unreadable(list, "it names a table that lies elsewhere", "file names");
}

/** Objects may be borrowed from elsewhere, and that from elsewhere again. */
async function borrowedBy(request: RepositoryRequest, objects: string, signal: AbortSignal): Promise<string[]> {
  const { workspace, scope } = request;
  const borrowed: string[] = [];
  const waiting = [objects];
  for (let at = waiting.pop(), seen = 0; at !== undefined; at = waiting.pop(), seen += 1) {
    if (seen > maxAlternates) throw unreadable(objects, "it borrows its objects from too many places", "fewer");
    const text = await optionalPointer(request, join(at, "info/alternates"), signal);
    for (const line of (text ?? "").split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const { path } = await workspace.locate(scope, resolve(at, line), signal);
      borrowed.push(path);
      waiting.push(path);
    }
  }
  return borrowed;
}

async function optionalPointer(
  request: RepositoryRequest,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await request.workspace.locate(request.scope, path, signal).catch(missing);
  // One that stands in for its absence goes with the command that needs it.
  return found?.kind === "file" ? await pointer(request, path, signal).catch(missing) : undefined;
}

/** Unlike what lies outside, what is missing is no reason to refuse. */
function missing(error: unknown): undefined {
  if (error instanceof Fault && error.facts["reason"] === "ENOENT") return undefined;
  throw error;
}

async function pointer({ workspace, scope }: RepositoryRequest, path: string, signal: AbortSignal): Promise<string> {
  const { lines } = await workspace.read(scope, { path, maxBytes: maxPointerBytes, secrets: "keep" }, signal);
  return lines.join("\n").trim();
}

function unreadable(path: string, why: string, expected: string): Fault {
  return new Fault("workspace.unreadable", `Cannot read ${path}: ${why}, expected ${expected}`, { facts: { path } });
}
