import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { Fault } from "../../protocol/fault.ts";
import { scopeOf } from "../workspace/scope.ts";
import { secretByName } from "../workspace/secrets.ts";
import { linesOf, textOf } from "../workspace/text.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Checked, Investigator } from "./evidence.ts";

export interface CheckingParts {
  workspace: Pick<Workspace, "hash" | "readBytes" | "locate" | "below">;
}

const maxPaths = 200;
const maxDirectories = 16;
/** Of all files together: what takes seconds to hash is checked with fewer at a time. */
const maxHashedBytes = 512 * 1024 * 1024;
const maxCountedBytes = 4 * 1024 * 1024;

/**
 * Opens and hashes each file inside the roots, in the order of `paths`; a directory stands for the files below it, the
 * newest first. A cancelled call ends it at once.
 */
export async function checkFiles(
  { workspace }: CheckingParts,
  { who, paths }: { who: Investigator; paths: readonly string[] },
  signal: AbortSignal,
): Promise<Checked[]> {
  const checked: Checked[] = [];
  let leftBytes = maxHashedBytes;
  const check = async (path: string) => {
    if (leftBytes <= 0) return void checked.push(beyond(path, `only ${maxHashedBytes} bytes are hashed at a time`));
    const each = await checkFile(workspace, { who, path }, signal).catch((error) => refused(path, error));
    if ("bytes" in each) leftBytes -= each.bytes;
    checked.push(each);
  };
  let directories = 0;
  for (const path of paths) {
    const room = Math.max(0, maxPaths - checked.length);
    const below =
      room === 0 || directories === maxDirectories ? undefined : await filesOf(workspace, { who, path }, signal);
    if (below !== undefined) directories += 1;
    const named = (below ?? [path]).slice(0, room).filter((each) => !checked.some((done) => done.path === each));
    for (const each of named) await check(each);
    if (below?.length === 0) checked.push(empty(path));
    else if ((below?.length ?? 1) > room)
      checked.push(beyond(path, `only the first ${maxPaths} files are checked at a time`));
  }
  return checked;
}

/** What a directory stands for, the newest first, named below it as it was named; `undefined` for what is none. */
async function filesOf(
  workspace: CheckingParts["workspace"],
  { who, path }: { who: Investigator; path: string },
  signal: AbortSignal,
): Promise<string[] | undefined> {
  if (who.files.has(path)) return undefined;
  const scope = scopeOf(who.owner);
  const place = await workspace.locate(scope, path, signal).catch(unlessRefused);
  if (place?.kind !== "directory") return undefined;
  const { files } = await workspace.below(scope, path, signal);
  const plain = files.filter((file) => secretByName(file.path) === undefined);
  return plain.map((file) => join(path, relative(place.path, file.path))).reverse();
}

async function checkFile(
  workspace: CheckingParts["workspace"],
  { who, path }: { who: Investigator; path: string },
  signal: AbortSignal,
): Promise<Checked> {
  const carried = who.files.get(path);
  if (carried !== undefined) {
    const sha256 = createHash("sha256").update(carried).digest("hex");
    return { path, sha256, bytes: carried.length, ...linesIn(carried) };
  }
  const scope = scopeOf(who.owner);
  const { sha256, bytes } = await workspace.hash(scope, path, signal);
  if (bytes > maxCountedBytes) return { path, sha256, bytes };
  const read = await workspace.readBytes(scope, { path, maxBytes: maxCountedBytes, secrets: "keep" }, signal);
  return { path, sha256: read.sha256, bytes: read.bytes, ...linesIn(read.content) };
}

function linesIn(content: Uint8Array): { lines?: number } {
  const text = textOf(content)?.text;
  return text === undefined ? {} : { lines: linesOf(text).length };
}

function refused(path: string, error: unknown): Checked {
  if (!(error instanceof Fault)) throw error;
  return { path, unverified: error.message, code: error.code };
}

function empty(path: string): Checked {
  const unverified = `Cannot check ${JSON.stringify(path)}: no file lies below it, expected one`;
  return { path, unverified, code: "workspace.unreadable" };
}

/** What is refused says so where it is opened. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

function beyond(path: string, why: string): Checked {
  return { path, unverified: `Cannot check ${JSON.stringify(path)}: ${why}, expected fewer`, code: "input.too-large" };
}
