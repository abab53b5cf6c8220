import { setTimeout as wait } from "node:timers/promises";
import { OutcomeUnknown } from "../client/outcome-unknown.ts";
import type { DaemonFile } from "../protocol/daemon-file.ts";
import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { placeOf } from "./reach/place.ts";
import { reach } from "./reach/reach.ts";
import { runningDaemon } from "./reach/running.ts";
import type { Shell } from "./shell.ts";
import { ownCommand } from "./version.ts";

export interface StopOptions {
  now?: true;
}

const lookEveryMs = 25;

/** Stops the daemon and, where it is on this machine, waits until it has gone. */
export async function stop(shell: Shell, { now }: StopOptions): Promise<number> {
  const place = placeOf(shell.env);
  const mode = now ? "now" : "drain";
  if (place.kind === "named") {
    await ask(shell, mode);
    shell.screen.print(`${place.url} stops`);
    return EXIT.succeeded;
  }
  const running = await runningDaemon(place.home);
  if (running === undefined) shell.screen.print(`no daemon runs on ${place.home}`);
  else {
    await stopRunning(shell, running, { home: place.home, mode });
    shell.screen.print(`stopped the daemon (process ${running.pid})`);
  }
  return EXIT.succeeded;
}

/** Ends the daemon of a folder; one that does not understand us is told by a signal. */
export async function stopRunning(
  shell: Shell,
  running: DaemonFile,
  { home, mode }: { home: string; mode: "drain" | "now" },
): Promise<void> {
  try {
    await ask(shell, mode);
  } catch (error) {
    const isForeign = error instanceof Fault && ["client.version", "client.disconnected"].includes(error.code);
    if (!isForeign) throw error;
    process.kill(running.pid, "SIGTERM");
  }
  while ((await runningDaemon(home))?.startedAt === running.startedAt) await wait(lookEveryMs);
}

async function ask(shell: Shell, mode: "drain" | "now"): Promise<void> {
  try {
    await using client = await reach(shell, { start: "never" });
    const { phases } = await client.request("status.get", {}, shell.signal);
    await client.request("daemon.stop", { mode }, shell.signal);
    const open = Object.values(phases).reduce((sum, count) => sum + count, 0);
    if (open > 0) shell.screen.stage(waitText(open, mode));
  } catch (error) {
    // Cut by the very stop that was asked for.
    if (!(error instanceof OutcomeUnknown)) throw error;
  }
}

/** What a stop does to what still runs, so that nobody wonders what takes so long, or what became of it. */
function waitText(open: number, mode: "drain" | "now"): string {
  const calls = open === 1 ? "1 call" : `${open} calls`;
  if (mode === "now") return `ending ${calls} that had not ended`;
  return `waiting for ${calls} to end; what still runs after EXAI_DRAIN_SECS (30 unless set) is ended, as by \`${ownCommand} stop --now\` at once`;
}
