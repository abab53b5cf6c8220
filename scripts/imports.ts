import { posix } from "node:path";
import { nodesOf, type Source, syntaxOf } from "./sources.ts";

/** Stands for the module of an `import()` that no reader of the file can name. */
const computed = "(computed)";

/** One module that a file names, however it names it: `import`, `export from`, `import()` or a type's `import("…")`. */
export interface Import {
  from: string;
  /** A path from the root for files of ours; otherwise `node:…`, a package's specifier, or {@link computed}. */
  to: string;
  /** Loaded when it is reached, not with the file. */
  dynamic: boolean;
}

export function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  for (const node of nodesOf(syntaxOf(source).program)) {
    if (!("source" in node) || node.source === null) continue;
    const dynamic = node.type === "ImportExpression";
    const to = node.source.type === "Literal" ? String(node.source.value) : computed;
    imports.push({ from: source.path, to: resolve(source.path, to), dynamic });
  }
  return imports;
}

/** Each circle of files that import one another, written as its path. */
export function cyclesIn(imports: readonly Import[]): string[] {
  const next = Map.groupBy(imports, (each) => each.from);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path].join(" → "));
    if (at >= 0 || done.has(path)) return;
    for (const { to } of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return cycles;
}

function resolve(from: string, to: string): string {
  return to.startsWith(".") ? posix.join(posix.dirname(from), to) : to;
}
