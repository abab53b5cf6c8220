import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import { scopeOf } from "../../core/workspace/scope.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";

const listing = z.object({
  path: z.string().min(1).max(4096).optional().describe("A directory; where the run works unless told."),
  match: z.string().min(1).max(200).optional().describe("Only files like this, as *.ts or src/**."),
  depth: z
    .int()
    .min(0)
    .max(16)
    .optional()
    .describe("Levels of directories below the first; 2 unless told, 16 with match."),
});
const maxEntries = 500;

/** What lies in a directory, without what git ignores. */
export function listAbility(workspace: Workspace): Ability {
  return {
    name: "list",
    description: "Lists files and directories, without what git ignores.",
    schema: schemaOf(listing),
    kind: "step",
    async use({ owner }, use, signal) {
      const { path, match, depth = match === undefined ? 2 : 16 } = argumentsAs(listing, use.arguments);
      const request = { depth, maxEntries, ...(path !== undefined && { path }), ...(match !== undefined && { match }) };
      const { path: at, entries, isCut, unreadable } = await workspace.list(scopeOf(owner), request, signal);
      const lines = entries.map((entry) => (entry.kind === "directory" ? `${entry.path}/` : entry.path));
      const more = isCut ? "; there is more than is listed" : "";
      const closed = unreadable > 0 ? `; ${unreadable} directories could not be listed` : "";
      return used("done", [...lines, `[${entries.length} entries of ${at}${more}${closed}]`].join("\n"));
    },
  };
}
