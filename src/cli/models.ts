import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { modelRow } from "./show/model-row.ts";
import { tableText } from "./show/table.ts";

/** Which models the daemon knows: their windows, abilities and prices, how their providers are, and why one is missing. */
export async function models(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { models: lines } = await client.request("models.list", {}, shell.signal);
  if (screen.form === "json") for (const line of lines) screen.json(line);
  else {
    const heads = ["MODEL", "WINDOW", "OUTPUT", "USD/M IN", "OUT", "ABILITIES", "STATE"];
    screen.print(tableText(heads, lines.map(modelRow), screen.width));
  }
  return EXIT.succeeded;
}
