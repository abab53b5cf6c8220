import { scopeOf } from "../../workspace/scope.ts";
import type { Changes, Investigator } from "../evidence.ts";
import { GitSession } from "./git-session.ts";
import type { ChangesParts } from "./read-changes.ts";
import { findRepository } from "./repository.ts";

const maxBytes = 32 * 1024 * 1024;

/** What objects of a repository hold, by their ids; those that did not fit are left out. */
export async function readObjects(
  parts: ChangesParts,
  { who, changes, ids }: { who: Investigator; changes: Changes; ids: readonly string[] },
  signal: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  if (ids.length === 0) return new Map();
  const scope = scopeOf(who.owner);
  const repository = await findRepository({ workspace: parts.workspace, scope, path: changes.repository }, signal);
  await using session = await GitSession.open(parts, { call: who.call, scope, repository }, signal);
  const input = new TextEncoder().encode(`${ids.join("\n")}\n`);
  const { out } = await session.ask({ given: ["cat-file", "--batch", "--buffer"], input, maxBytes }, signal);
  return objectsIn(out);
}

/** A line with the id, the kind and the size before each, a line break behind it. */
function objectsIn(out: Uint8Array): Map<string, Uint8Array> {
  const objects = new Map<string, Uint8Array>();
  const decoder = new TextDecoder();
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at);
    if (end < 0) break;
    const [id = "", kind, size] = decoder.decode(out.subarray(at, end)).split(" ");
    const bytes = kind === "blob" ? Number(size) : 0;
    const content = out.subarray(end + 1, end + 1 + bytes);
    if (kind === "blob" && content.length === bytes) objects.set(id, content);
    at = kind === "missing" ? end + 1 : end + 2 + bytes;
  }
  return objects;
}
