import { z } from "zod";
import { type Ability, used } from "../../core/agents/ability.ts";
import type { Allowance } from "../../core/tenants/allowance.ts";
import type { Tool } from "../../core/tools/tool.ts";
import { argumentsAs, schemaOf } from "./arguments.ts";
import { useAsCall } from "./call-ability.ts";

const running = z.object({
  argv: z
    .array(z.string().max(131_071))
    .min(1)
    .max(4096)
    .describe("The program and its arguments; no shell reads them."),
  cwd: z.string().max(4096).optional().describe("The directory that it works in; where the run works unless told."),
  stdin: z.string().max(1_000_000).optional().describe("Its standard input; empty unless told."),
  timeoutMs: z.int().min(1).max(3_600_000).optional().describe("Milliseconds after which it is ended."),
});

/** Runs programs: those that the run was given, or any that is allowed where none is named. */
export function execAbility(tool: Tool, allowance: Allowance): Ability {
  const { programs } = allowance;
  const which = programs === undefined ? "a command that is allowed here" : `one of ${programs.join(", ")}`;
  return {
    name: tool.name,
    description: `Runs ${which}, without a shell, and answers its exit and last output.`,
    schema: schemaOf(running),
    kind: "step",
    async use(context, use) {
      const { argv, stdin = "", ...rest } = argumentsAs(running, use.arguments);
      const [program = ""] = argv;
      if (programs?.includes(program) === false)
        return used("refused", `${JSON.stringify(program)} was not given to this run. It has: ${programs.join(", ")}.`);
      return await useAsCall(context, { ...use, arguments: { argv, stdin, ...rest } }, { tool, allowance });
    },
  };
}
