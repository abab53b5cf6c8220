import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import { estimateTokens } from "../../core/budgets/spending.ts";
import { attachFiles } from "../../core/workspace/attachments.ts";
import { fitFiles } from "../../core/workspace/fit-files.ts";
import { scopeOf } from "../../core/workspace/scope.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";

const line = z.int().min(1).max(999_999_999);
const reading = z.object({
  path: z.string().min(1).max(4096).describe("The file."),
  from: line.optional().describe("The first line wanted."),
  to: line.optional().describe("The last line wanted."),
});
/** Of one use: a long file is read piece by piece. */
const maxTokens = 6000;

/** The lines of a file behind their numbers. Files that hold secrets are refused. */
export function readAbility(workspace: Workspace): Ability {
  return {
    name: "read",
    description: "Reads a text file, or some of its lines; each line comes behind its number.",
    schema: schemaOf(reading),
    kind: "step",
    async use({ owner, files }, use, signal) {
      const { path, from = 1, to = 999_999_999 } = argumentsAs(reading, use.arguments);
      const isWhole = from === 1 && to === 999_999_999;
      const source = { workspace, scope: scopeOf(owner), carried: files, secrets: "refuse" } as const;
      const found = await attachFiles(source, [isWhole ? path : `${path}:${from}-${to}`], signal);
      const { shown, unshown } = fitFiles(found, maxTokens, (text) => estimateTokens([text]));
      const missing = unshown.flatMap((part) => (part.why === "no-room" ? [missingText(part)] : []));
      const shows = shown.map(({ path: at, sha256, from: first, to: last }) => ({
        path: at,
        sha256,
        from: first,
        to: last,
      }));
      return used("done", [...shown.map(({ text }) => text), ...missing].join("\n"), { shows });
    },
  };
}

function missingText({ from, to }: { from: number; to: number }): string {
  return `[Lines ${from} to ${to} are left out for lack of room: read them with from and to.]`;
}
