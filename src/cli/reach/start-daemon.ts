import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DaemonFile } from "../../protocol/daemon-file.ts";
import { Fault } from "../../protocol/fault.ts";
import { runningDaemon } from "./running.ts";

const launcher = fileURLToPath(new URL("../../../bin/exai.js", import.meta.url));
const longestMs = 30_000;
const lookEveryMs = 25;
/** Where the folder's lock was held, whoever holds it is about to listen. */
const otherMs = 5_000;

/**
 * Starts a daemon in the background on a data folder and waits until it listens. Its words go to
 * `logs/daemon.out` there. Two that start at once end up with the same daemon: the folder's lock lets one
 * through. What a daemon that is gone left behind (`stale`) is not taken for an answer.
 */
export async function startDaemon(home: string, stale: DaemonFile | undefined): Promise<DaemonFile> {
  const log = join(home, "logs", "daemon.out");
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  await using words = await open(log, "a", 0o600);
  const { size: from } = await words.stat();
  const ended = await launch(home, words.fd);
  const startedMs = performance.now();
  for (;;) {
    const running = await runningDaemon(home);
    if (running !== undefined && running.startedAt !== stale?.startedAt) return running;
    const endedMs = ended();
    const isTooLate = performance.now() - startedMs > longestMs;
    if (isTooLate || (endedMs !== undefined && !(await mayListen(endedMs, log, from))))
      throw await notStarted(log, from);
    await wait(lookEveryMs);
  }
}

/** Answers when the child ended, once it has. */
async function launch(home: string, output: number): Promise<() => number | undefined> {
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
  return () => endedMs;
}

async function mayListen(endedMs: number, log: string, from: number): Promise<boolean> {
  const isHeld = (await saidSince(log, from)).includes("(instance.running)");
  return isHeld && performance.now() - endedMs < otherMs;
}

async function notStarted(log: string, from: number): Promise<Fault> {
  const said = (await saidSince(log, from)).trim();
  const why = said === "" ? "it said nothing" : `it said\n${said}\n`;
  return new Fault(
    "client.disconnected",
    `Cannot start the daemon: ${why}expected it to listen; its words are in ${log}`,
  );
}

async function saidSince(log: string, from: number): Promise<string> {
  return (await readFile(log)).subarray(from).toString("utf8");
}
