import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DaemonFile } from "../../protocol/daemon-file.ts";
import { Fault } from "../../protocol/fault.ts";
import { launcher } from "../launcher.ts";
import { readOrNothing } from "../read-or-nothing.ts";
import type { Screen } from "../show/screen.ts";
import { makeHome } from "./make-home.ts";
import { runningDaemon } from "./running.ts";

const longestMs = 30_000;
const lookEveryMs = 25;
/** Where the folder's lock was held, whoever holds it is about to listen. */
const otherMs = 5_000;
/** By which a daemon tells that another one has the folder. */
const isHeld = "(instance.running)";

export interface Started {
  daemon: DaemonFile;
  /** Somebody who started one at the same time was faster where it is not ours. */
  isOurs: boolean;
  /** What it warned of before it listened. */
  warnings: readonly string[];
}

/**
 * Starts a daemon in the background on a data folder and waits until it listens. Its words go to
 * `logs/daemon.out` there. Two that start at once end up with the same daemon: the folder's lock lets one
 * through. What a daemon that is gone left behind (`stale`) is not taken for an answer.
 */
export async function startDaemon(home: string, stale: DaemonFile | undefined, signal: AbortSignal): Promise<Started> {
  const log = join(home, "logs", "daemon.out");
  await makeHome(home);
  await using words = await open(log, "a", 0o600);
  const { size: from } = await words.stat();
  const { pid, ended } = await launch(home, words.fd);
  const startedMs = performance.now();
  for (;;) {
    const running = await runningDaemon(home);
    if (running !== undefined && running.startedAt !== stale?.startedAt) {
      const isOurs = running.pid === pid;
      return { daemon: running, isOurs, warnings: isOurs ? await warningsSince(log, from) : [] };
    }
    const endedMs = ended();
    const isTooLate = performance.now() - startedMs > longestMs;
    if (isTooLate || (endedMs !== undefined && !(await mayListen(endedMs, log, from))))
      throw await notStarted({ home, log, from });
    await wait(lookEveryMs, undefined, { signal });
  }
}

/** Says that a daemon runs in the background from now on, and what it warned of. */
export function tellStart(screen: Screen, { daemon, isOurs, warnings }: Started, home: string): void {
  if (!isOurs) return;
  for (const warning of warnings) screen.note(screen.warning(warning));
  screen.note(screen.dim(`started a daemon in the background, process ${daemon.pid}, data in ${home}`));
}

/** `ended` answers when the child ended, once it has. */
async function launch(
  home: string,
  output: number,
): Promise<{ pid: number | undefined; ended: () => number | undefined }> {
  const child = spawn(process.execPath, [launcher, "serve"], {
    detached: true,
    cwd: home,
    env: { ...process.env, EXAI_HOME: home },
    stdio: ["ignore", output, output],
  });
  let endedMs: number | undefined;
  child.once("exit", () => {
    endedMs = performance.now();
  });
  await once(child, "spawn");
  child.unref();
  return { pid: child.pid, ended: () => endedMs };
}

async function mayListen(endedMs: number, log: string, from: number): Promise<boolean> {
  return (await saidSince(log, from)).includes(isHeld) && performance.now() - endedMs < otherMs;
}

/** One lives, so that none was started: it hangs, or is about to end. */
async function notLetIn(home: string): Promise<Fault> {
  const pid = (await readOrNothing(join(home, "lock.pid")))?.trim();
  const who = pid === undefined ? "the one that lives" : `the one that lives, process ${pid},`;
  const fact = `${who} on ${home} lets nobody in now, expected it to answer or to have ended`;
  return new Fault("client.disconnected", `Cannot reach the daemon: ${fact}`, { facts: { folder: home, pid } });
}

async function notStarted({ home, log, from }: { home: string; log: string; from: number }): Promise<Fault> {
  const said = (await saidSince(log, from)).trim();
  if (said.includes(isHeld)) return await notLetIn(home);
  const why = said === "" ? "it said nothing" : `it said\n${said}\n`;
  return new Fault(
    "client.disconnected",
    `Cannot start the daemon: ${why}expected it to listen; its words are in ${log}`,
  );
}

/** Its settings' warnings are the first that it writes, before the line that tells where it listens. */
async function warningsSince(log: string, from: number): Promise<string[]> {
  const lines = (await saidSince(log, from)).split("\n");
  const listening = lines.findIndex((line) => /^exai \S+ listens on /.test(line));
  const before = listening === -1 ? lines : lines.slice(0, listening);
  // One that started at the same time writes to the same file.
  return [...new Set(before)].filter((line) => line !== "" && !line.includes(isHeld));
}

async function saidSince(log: string, from: number): Promise<string> {
  return (await readFile(log)).subarray(from).toString("utf8");
}
