import type { CallView } from "../../protocol/result.ts";
import { durationText } from "./table.ts";

/** Who answered and what it took, in one line, with the thread under which it goes on. */
export function usageText({ usage, result }: CallView): string {
  const { models, inputTokens, outputTokens, usd, wallMs, retries } = usage;
  const who = [...new Set(models.map(({ provider, model }) => `${provider}/${model}`))];
  const { continuation_id: thread } = (result?.data ?? {}) as { continuation_id?: unknown };
  const parts = [
    who.join(", "),
    `${inputTokens} tokens in, ${outputTokens} out`,
    usd === null ? "no price" : `$${usd.toFixed(4)}`,
    durationText(wallMs),
    retries === 0 ? "" : retries === 1 ? "1 retry" : `${retries} retries`,
    typeof thread === "string" ? `thread ${thread}` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
