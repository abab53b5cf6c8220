import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { ownCommand } from "./version.ts";

/** Lets the daemon take its settings anew: all of them or, if one is wrong, none. */
export async function reload(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const answer = await client.request("daemon.reload", {}, shell.signal);
  if (screen.form === "json") screen.json(answer);
  else {
    screen.print(answer.changed.length === 0 ? "nothing has changed" : `changed: ${answer.changed.join(", ")}`);
    const { needRestart } = answer;
    if (needRestart.length > 0) screen.note(`only a restart takes ${needRestart.join(", ")}: ${ownCommand} restart`);
  }
  return EXIT.succeeded;
}
