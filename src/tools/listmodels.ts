import { z } from "zod";
import { type ControlTool, defineControl } from "../core/tools/tool.ts";
import { Fault } from "../protocol/fault.ts";
import type { MethodResult } from "../protocol/methods.ts";

type ModelLine = MethodResult<"models.list">["models"][number];

const input = z.strictObject({
  provider: z.string().min(1).max(100).optional().describe("All models of this one."),
});

/** Some providers list hundreds; whoever wants those names the provider. */
const shownOfEach = 12;

/** The models that a request may name, by provider: what each can do and costs, and why one cannot be used. */
export function listModelsTool({ models }: { models: (signal: AbortSignal) => Promise<ModelLine[]> }): ControlTool {
  return defineControl({
    name: "listmodels",
    title: "Models",
    description: "Lists the models that tools can ask.",
    annotations: { openWorldHint: true },
    input,
    async answer({ signal }, { provider }) {
      const all = await models(signal);
      const names = [...new Set(all.map((line) => line.provider))];
      if (provider !== undefined && !names.includes(provider)) throw unknownProvider(provider, names);
      const listed = names
        .filter((name) => provider === undefined || name === provider)
        .map((name) => sectionOf(name, { lines: all.filter((line) => line.provider === name), wanted: provider }));
      const ready = listed.toSorted((a, b) => Number(b.ready) - Number(a.ready));
      return {
        content: ready.map(({ text }) => text).join("\n"),
        data: { models: ready.flatMap(({ lines }) => lines) },
      };
    },
  });
}

interface Section {
  text: string;
  ready: boolean;
  lines: readonly ModelLine[];
}

function sectionOf(
  provider: string,
  { lines, wanted }: { lines: readonly ModelLine[]; wanted: string | undefined },
): Section {
  const ready = lines.filter((line) => line.ready);
  const [absent] = lines.filter((line) => !line.ready);
  if (ready.length === 0) {
    const reason = absent?.reason ?? "it lists no models";
    return { text: `${provider}: not ready, ${reason}`, ready: false, lines: wanted === undefined ? [] : lines };
  }
  const shown = wanted === undefined ? ready.slice(0, shownOfEach) : ready;
  const rest = ready.length - shown.length;
  const more = rest === 0 ? "" : `\n  and ${rest} more, with \`provider: "${provider}"\``;
  return { text: `${provider}:\n${shown.map(lineText).join("\n")}${more}`, ready: true, lines: shown };
}

function lineText({ provider, model, contextTokens, abilities, price }: ModelLine): string {
  const facts = [
    ...(contextTokens === undefined ? [] : [`${Math.round(contextTokens / 1000)}k tokens`]),
    ...(price === undefined ? [] : [`$${price.inputUsdPerMillion}/$${price.outputUsdPerMillion} per million`]),
    ...(abilities ?? []),
  ];
  return `  ${provider}/${model}${facts.length > 0 ? `: ${facts.join(", ")}` : ""}`;
}

function unknownProvider(provider: string, names: readonly string[]): Fault {
  const message = `Cannot list the models of ${JSON.stringify(provider)}: there is no such provider, expected one of ${names.join(", ")}`;
  return new Fault("input.invalid", message, { facts: { providers: names } });
}
