import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { placeOf } from "./reach/place.ts";
import { runningDaemon, urlOf } from "./reach/running.ts";
import { startDaemon, tellStart } from "./reach/start-daemon.ts";
import type { Shell } from "./shell.ts";
import { stopRunning } from "./stop.ts";

/** Ends the daemon, if one runs, and starts one in the background, with the settings of here and now. */
export async function restart(shell: Shell): Promise<number> {
  const place = placeOf(shell.env);
  if (place.kind === "named") {
    throw new Fault(
      "input.invalid",
      `Cannot restart ${place.url}: EXAI_URL names it, expected the daemon of EXAI_HOME`,
    );
  }
  const { home } = place;
  const before = await runningDaemon(home);
  if (before !== undefined) await stopRunning(shell, before, { home, mode: "drain" });
  const started = await startDaemon(home, before, shell.signal);
  tellStart(shell.screen, started, home);
  const { daemon: after } = started;
  shell.screen.print(`exai ${after.version} listens on ${urlOf(after)} (process ${after.pid})`);
  return EXIT.succeeded;
}
