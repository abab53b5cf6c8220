import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText } from "./show/table.ts";

/** Which models the daemon knows, and why one is not ready. */
export async function models(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { models: lines } = await client.request("models.list", {}, shell.signal);
  if (screen.form === "json") for (const line of lines) screen.json(line);
  else {
    const rows = lines.map(({ provider, model, ready, reason }) => [
      `${provider}/${model}`,
      ready ? "ready" : (reason ?? "not ready"),
    ]);
    screen.print(tableText(["MODEL", "STATE"], rows));
  }
  return EXIT.succeeded;
}
