import type { MethodResult } from "../../protocol/methods.ts";

type ModelLine = MethodResult<"models.list">["models"][number];

const unknown = "-";

/** One model as a row: what is not known is a dash. Windows in thousands of tokens, prices in dollars a million. */
export function modelRow(line: ModelLine): string[] {
  const { provider, model, contextTokens, maxOutputTokens, price, abilities = [] } = line;
  return [
    `${provider}/${model}`,
    thousands(contextTokens),
    thousands(maxOutputTokens),
    price === undefined ? unknown : `${price.inputUsdPerMillion}`,
    price === undefined ? unknown : `${price.outputUsdPerMillion}`,
    abilities.length === 0 ? unknown : abilities.join(","),
    stateOf(line),
  ];
}

function thousands(tokens: number | undefined): string {
  return tokens === undefined ? unknown : `${Math.round(tokens / 1000)}k`;
}

function stateOf({ ready, reason, health }: ModelLine): string {
  if (!ready) return reason ?? "not ready";
  if (health === undefined || (health.state === "closed" && health.lastFault === undefined)) return "ready";
  const last = health.lastFault === undefined ? "" : `, last ${health.lastFault.code}`;
  return `ready (breaker ${health.state}${last})`;
}
