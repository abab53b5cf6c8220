import { join } from "node:path";
import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import type { Shown } from "../../core/agents/shown.ts";
import { type Scope, scopeOf } from "../../core/workspace/scope.ts";
import type { SearchReport } from "../../core/workspace/search-files.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";

const searching = z.object({
  pattern: z.string().min(1).max(1000).describe("What a line must hold."),
  regex: z.boolean().optional().describe("Whether it is a regular expression."),
  any_case: z.boolean().optional().describe("Whether upper and lower case are the same."),
  path: z.string().min(1).max(4096).optional().describe("A directory or a file; where the run works unless told."),
  match: z.array(z.string().min(1).max(200)).max(20).optional().describe("Only files like these, as *.ts or src/**."),
});

/** Lines that hold a text, with their files and numbers. What was not looked through is said. */
export function searchAbility(workspace: Workspace): Ability {
  return {
    name: "search",
    description: "Finds lines that hold a text or fit a regular expression, in files below a directory.",
    schema: schemaOf(searching),
    kind: "step",
    async use({ owner }, use, signal) {
      const { pattern, regex, any_case: anyCase, path, match } = argumentsAs(searching, use.arguments);
      const scope = scopeOf(owner);
      const request = {
        pattern,
        ...(regex === true && { syntax: "regex" as const }),
        ...(anyCase === true && { letters: "any-case" as const }),
        ...(path !== undefined && { path }),
        ...(match !== undefined && { match }),
      };
      const report = await workspace.search(scope, request, signal);
      return used("done", textOf(report), { shows: await shownOf(workspace, { scope, report }, signal) });
    },
  };
}

function textOf({ path, matches, files, skipped, cutBy }: SearchReport): string {
  const lines = matches.map((match) => `${match.path}:${match.line}: ${match.text}`);
  const left = Object.entries(skipped).flatMap(([why, count]) => (count > 0 ? [`${count} ${why}`] : []));
  const notes = [
    `${matches.length} lines in ${files} files below ${path}`,
    ...(left.length > 0 ? [`not looked through: ${left.join(", ")}`] : []),
    ...(cutBy === undefined ? [] : [`ended early by the limit of ${cutBy}: there may be more`]),
  ];
  return [...lines, `[${notes.join("; ")}]`].join("\n");
}

/** Which lines of which content the model is shown. */
async function shownOf(
  workspace: Workspace,
  { scope, report }: { scope: Scope; report: SearchReport },
  signal: AbortSignal,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  const hashes = new Map<string, string>();
  for (const { path, line } of report.matches) {
    const absolute = path === report.path ? path : join(report.path, path);
    const sha256 = hashes.get(absolute) ?? (await workspace.hash(scope, absolute, signal)).sha256;
    hashes.set(absolute, sha256);
    shown.push({ path: absolute, sha256, from: line, to: line });
  }
  return shown;
}
