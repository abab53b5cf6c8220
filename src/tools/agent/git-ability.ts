import { join } from "node:path";
import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import type { Shown } from "../../core/agents/shown.ts";
import type { ChangedFile, Changes, Checked, Evidence } from "../../core/evidence/evidence.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";

const looking = z.object({
  path: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe("Somewhere in the repository; where the run works unless told."),
  compare_to: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("A branch, tag or commit: changes since the work forked off it. The last commit unless told."),
  of: z
    .enum(["all", "staged", "unstaged"])
    .optional()
    .describe("Which of the changes beyond commits; all unless told."),
});

/** What a repository has changed, as git tells it. Nothing that the repository brought is run. */
export function gitAbility(evidence: Pick<Evidence, "changes" | "check">): Ability {
  return {
    name: "git",
    description: "Shows what a git repository has changed: since a commit, staged and unstaged, with the lines.",
    schema: schemaOf(looking),
    kind: "step",
    async use(context, use, signal) {
      const { path, compare_to: compareTo, of = "all" } = argumentsAs(looking, use.arguments);
      const request = {
        staged: of !== "unstaged",
        unstaged: of !== "staged",
        ...(path !== undefined && { path }),
        ...(compareTo !== undefined && { compareTo }),
      };
      const changes = await evidence.changes(context, request, signal);
      const paths = changes.files
        .filter(({ hunks }) => hunks.length > 0)
        .map((file) => join(changes.repository, file.path));
      const checked = await evidence.check(context, [...new Set(paths)], signal);
      return used("done", textOf(changes), { shows: shownOf(changes, checked) });
    },
  };
}

function textOf({ repository, branch, base, files, secrets, omitted }: Changes): string {
  const since = base === undefined ? "before the first commit" : `since ${base.ref} (${base.commit.slice(0, 12)})`;
  const head = `${repository}${branch === undefined ? "" : `, branch ${branch}`}: ${files.length} changes ${since}`;
  const notes = [
    ...secrets.map(({ path, line, message }) => `[${path}:${line}: ${message}]`),
    ...omitted.map(({ path, why }) => `[${path}: not shown: ${why}]`),
  ];
  return [head, ...files.map(fileText), ...notes].join("\n");
}

/** The lines as they lie there now: of what is gone there is nothing to name. */
function shownOf({ repository, files }: Changes, checked: readonly Checked[]): Shown[] {
  const hashes = new Map(checked.map((each) => [each.path, "sha256" in each ? each.sha256 : undefined]));
  return files.flatMap((file) => {
    const path = join(repository, file.path);
    const sha256 = hashes.get(path);
    if (sha256 === undefined) return [];
    return file.hunks.map(({ now, lines }) => {
      const count = lines.filter((line) => !line.startsWith("-")).length;
      return { path, sha256, from: now, to: now + Math.max(0, count - 1) };
    });
  });
}

function fileText({ path, was, area, status, kind, hunks }: ChangedFile): string {
  const name = `--- ${JSON.stringify(path)}: ${status}, ${area}${kind === "file" ? "" : `, a ${kind}`}`;
  const before = was === undefined ? "" : `, before ${JSON.stringify(was)}`;
  return [`${name}${before}`, ...hunks.map((hunk) => `@@ line ${hunk.now} @@\n${hunk.lines.join("\n")}`)].join("\n");
}
