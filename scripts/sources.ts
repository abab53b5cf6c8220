import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Comment, type Node, parseSync } from "oxc-parser";

/** A file of ours, by its path from the root of the repository. */
export interface Source {
  path: string;
  text: string;
}

/** Every TypeScript file under the folders. Finding none is a failure: a check that looked at nothing proves nothing. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `${folder}/${path}`)
      .toSorted()
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
  if (sources.length === 0) throw new Error(`Cannot check ${folders.join(", ")}: found no TypeScript file there`);
  return sources;
}

/** Tests and contracts: they stand beside what they test and are no part of the product. */
export function isTest(path: string): boolean {
  return /\.(test|contract)\.ts$/.test(path);
}

/** The syntax tree of a file. Refuses one that does not parse. */
export function syntaxOf(source: Source): { program: Node; comments: readonly Comment[] } {
  const { program, comments, errors } = parseSync(source.path, source.text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`Cannot parse ${source.path}: ${error.message}`);
  return { program, comments };
}

/** Every node of the tree, parents before children. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
