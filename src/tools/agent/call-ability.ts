import { type Ability, type Use, type Used, used } from "../../core/agents/ability.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { Allowance } from "../../core/tenants/allowance.ts";
import type { Tool } from "../../core/tools/tool.ts";
import { toolView } from "../../core/tools/tool-view.ts";
import type { CallView } from "../../protocol/result.ts";
import { argumentsAs } from "./arguments.ts";

/** A tool of this daemon: a use is a call below the run's, which a crash joins. */
export function callAbility(tool: Tool, allowance: Allowance): Ability {
  const { description, inputSchema } = toolView(tool);
  return {
    name: tool.name.replaceAll(/[^\w-]/g, "__").slice(0, 64),
    description,
    schema: inputSchema,
    kind: "step",
    use: (context, use) => useAsCall(context, use, { tool, allowance }),
  };
}

/** What a call of the tool with these arguments comes to; programs below it have the run's allowance. */
export async function useAsCall(
  context: CallContext,
  use: Use,
  { tool, allowance }: { tool: Tool; allowance: Allowance },
): Promise<Used> {
  const input = argumentsAs(tool.input, use.arguments);
  return usedBy(await context.child({ step: use.step, work: tool, input, allowance, onEvent: use.onSign }));
}

function usedBy({ call, result, fault, phase, usage }: CallView): Used {
  const about = { call, usage };
  if (result !== undefined) return used("done", textOf(result), about);
  if (fault === undefined) return used("failed", `The call is ${phase}.`, about);
  const isUnknown = fault.code === "call.interrupted" && !fault.retry.safe;
  const text = `${fault.code}: ${fault.message}`;
  return isUnknown
    ? used("unknown", `${text}. Whether it had its effect is unknown: look before you repeat it.`, about)
    : used("failed", text, about);
}

function textOf({ content, data }: NonNullable<CallView["result"]>): string {
  return content === "" && data !== undefined ? JSON.stringify(data, null, 1) : content;
}
