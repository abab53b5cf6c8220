import { resolve } from "node:path";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { bytesText } from "./show/table.ts";

/** A consistent copy of the store, written by the daemon while it goes on. */
export async function backup(shell: Shell, file: string): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const written = await client.request("store.backup", { file: resolve(shell.cwd, file) }, shell.signal);
  if (screen.form === "json") screen.json(written);
  else screen.print(`wrote ${written.file} (${bytesText(written.bytes)})`);
  return EXIT.succeeded;
}
