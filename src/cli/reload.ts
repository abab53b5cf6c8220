import type { MethodResult } from "../protocol/methods.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import type { Screen } from "./show/screen.ts";
import { ownCommand } from "./version.ts";

/** Lets the daemon take its settings anew: all of them or, if one is wrong, none. */
export async function reload(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const answer = await client.request("daemon.reload", {}, shell.signal);
  if (screen.form === "json") screen.json(answer);
  else showChanges(screen, answer);
  return EXIT.succeeded;
}

/** What was taken over stands on stdout, what still waits for a restart on stderr. */
function showChanges(screen: Screen, { changed, needRestart, notices }: MethodResult<"daemon.reload">): void {
  for (const notice of notices) screen.note(screen.warning(notice));
  const taken = changed.filter((name) => !needRestart.includes(name));
  screen.print(taken.length === 0 ? "nothing was taken over" : `taken over: ${taken.join(", ")}`);
  if (needRestart.length > 0) screen.note(`only a restart takes ${needRestart.join(", ")}: ${ownCommand} restart`);
}
