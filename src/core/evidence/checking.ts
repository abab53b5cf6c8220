import { createHash } from "node:crypto";
import { Fault } from "../../protocol/fault.ts";
import { scopeOf } from "../workspace/scope.ts";
import { linesOf, textOf } from "../workspace/text.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Checked, Investigator } from "./evidence.ts";

export interface CheckingParts {
  workspace: Pick<Workspace, "hash" | "readBytes">;
}

const maxPaths = 200;
/** Of all files together: what takes seconds to hash is checked with fewer at a time. */
const maxHashedBytes = 512 * 1024 * 1024;
const maxCountedBytes = 4 * 1024 * 1024;

/** Opens and hashes each file inside the roots, in the order of `paths`. A cancelled call ends it at once. */
export async function checkFiles(
  { workspace }: CheckingParts,
  { who, paths }: { who: Investigator; paths: readonly string[] },
  signal: AbortSignal,
): Promise<Checked[]> {
  const checked: Checked[] = [];
  let leftBytes = maxHashedBytes;
  for (const [index, path] of paths.entries()) {
    if (index >= maxPaths) checked.push(beyond(path, `only the first ${maxPaths} files are checked at a time`));
    else if (leftBytes <= 0) checked.push(beyond(path, `only ${maxHashedBytes} bytes are hashed at a time`));
    else {
      const each = await checkFile(workspace, { who, path }, signal).catch((error) => refused(path, error));
      if ("bytes" in each) leftBytes -= each.bytes;
      checked.push(each);
    }
  }
  return checked;
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

function beyond(path: string, why: string): Checked {
  return { path, unverified: `Cannot check ${JSON.stringify(path)}: ${why}, expected fewer`, code: "input.too-large" };
}
