import type { CallView } from "../../protocol/result.ts";
import type { Screen } from "./screen.ts";
import { durationText } from "./table.ts";

/** Says at the end of a call that asked models what it took, on stderr, whoever reads it. */
export function tellUsage(screen: Screen, view: CallView): void {
  if (view.usage.requests > 0) screen.stage(usageText(view));
}

/** Who answered and what it took, in one line, with the thread under which it goes on. */
function usageText({ usage, result }: CallView): string {
  const { models, requests, estimated = 0, inputTokens, outputTokens, usd, wallMs, retries } = usage;
  const who = [...new Set(models.map(({ provider, model }) => `${provider}/${model}`))];
  const { continuation_id: thread } = (result?.data ?? {}) as { continuation_id?: unknown };
  const atMost = estimated === 0 ? "" : "at most ";
  const parts = [
    who.join(", "),
    `${atMost}${inputTokens} tokens in, ${outputTokens} out`,
    usd === null ? "no price" : `${atMost}$${usd.toFixed(4)}`,
    durationText(wallMs),
    estimated === 0 ? "" : `what ${estimated} of ${requests} requests took was not told, and counts as reserved`,
    retries === 0 ? "" : retries === 1 ? "1 retry" : `${retries} retries`,
    typeof thread === "string" ? `thread ${thread}` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
