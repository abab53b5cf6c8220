import type { SpendRow } from "../protocol/methods.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText } from "./show/table.ts";

export interface SpendOptions {
  days: number;
}

const head = ["DAY", "TOOL", "MODEL", "REQUESTS", "IN", "OUT", "USD"];

/** What models cost, a line for each day, tool and model. */
export async function spend(shell: Shell, { days }: SpendOptions): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { rows } = await client.request("spend.get", { days }, shell.signal);
  if (screen.form === "json") for (const row of rows) screen.json(row);
  else if (rows.length === 0) screen.print(`nothing was spent in the last ${days} days`);
  else screen.print(tableText(head, rows.map(rowOf)));
  return EXIT.succeeded;
}

function rowOf({ day, tool, provider, model, requests, inputTokens, outputTokens, usd }: SpendRow): string[] {
  const price = usd === null ? "no price" : usd.toFixed(4);
  return [day, tool, `${provider}/${model}`, String(requests), String(inputTokens), String(outputTokens), price];
}
