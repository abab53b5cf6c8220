import type { SpendRow } from "../protocol/spend.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText } from "./show/table.ts";

const groupings = ["day", "principal", "tool", "model"] as const;
export type Grouping = (typeof groupings)[number];

export interface SpendOptions {
  days: number;
  by?: Grouping[];
}

type Sum = Pick<SpendRow, "requests" | "estimated" | "inputTokens" | "outputTokens" | "usd">;

/** What models cost, a line for each day, principal, tool and model, or for those of them that are named. */
export async function spend(shell: Shell, { days, by = [...groupings] }: SpendOptions): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { rows, perDay } = await client.request("spend.get", { days }, shell.signal);
  const sums = groupedBy(rows, by);
  if (screen.form === "json") for (const { names, sum } of sums) screen.json({ ...names, ...sum });
  else if (rows.length === 0) screen.print(`nothing was spent in the last ${days} days`);
  else screen.print(tableText([...by.map((name) => name.toUpperCase()), ...head], sums.map(rowOf), screen.width));
  const isBound = rows.some(({ estimated = 0 }) => estimated > 0);
  if (screen.form === "human" && isBound) screen.note(estimateText(rows));
  if (screen.form === "human") screen.progress(limitText(perDay));
  return EXIT.succeeded;
}

const head = ["REQUESTS", "IN", "OUT", "USD"];

/** Sums over all that the names do not tell apart, in the order of the rows. */
function groupedBy(rows: readonly SpendRow[], by: readonly Grouping[]): { names: Record<string, string>; sum: Sum }[] {
  const groups = new Map<string, { names: Record<string, string>; sum: Sum }>();
  for (const row of rows) {
    const names = Object.fromEntries(by.map((name) => [name, nameIn(row, name)]));
    const key = JSON.stringify(names);
    const before = groups.get(key)?.sum ?? { requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
    const estimated = (before.estimated ?? 0) + (row.estimated ?? 0);
    const usd = before.usd === null || row.usd === null ? null : before.usd + row.usd;
    const sum = {
      requests: before.requests + row.requests,
      ...(estimated > 0 && { estimated }),
      inputTokens: before.inputTokens + row.inputTokens,
      outputTokens: before.outputTokens + row.outputTokens,
      usd,
    };
    groups.set(key, { names, sum });
  }
  return [...groups.values()];
}

function nameIn(row: SpendRow, name: Grouping): string {
  return name === "model" ? `${row.provider}/${row.model}` : row[name];
}

function rowOf({ names, sum }: { names: Record<string, string>; sum: Sum }): string[] {
  const { requests, estimated = 0, inputTokens, outputTokens, usd } = sum;
  const atMost = estimated === 0 ? "" : "at most ";
  const price = usd === null ? "no price" : `${atMost}${usd.toFixed(4)}`;
  return [...Object.values(names), String(requests), `${atMost}${inputTokens}`, `${atMost}${outputTokens}`, price];
}

/** Why some sums are bounds. */
function estimateText(rows: readonly SpendRow[]): string {
  const estimated = rows.reduce((sum, row) => sum + (row.estimated ?? 0), 0);
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  return `what ${estimated} of ${requests} requests took was not told (cancelled or cut off): each counts as reserved`;
}

function limitText({ usd, tokens }: { usd: number | null; tokens: number | null }): string {
  const limits = [usd === null ? [] : `$${usd}`, tokens === null ? [] : `${tokens} tokens`].flat();
  return limits.length === 0 ? "no limit a day" : `at most ${limits.join(" and ")} a day for each principal`;
}
