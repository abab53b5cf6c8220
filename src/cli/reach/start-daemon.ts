import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DaemonFile } from "../../protocol/daemon-file.ts";
import { Fault } from "../../protocol/fault.ts";
import { ownCommand } from "../version.ts";
import { runningDaemon } from "./running.ts";

const launcher = fileURLToPath(new URL("../../../bin/exai.js", import.meta.url));
const longestMs = 30_000;
const lookEveryMs = 25;
/** Of a start that failed because another one was faster: how long that one may take. */
const otherMs = 5_000;

/**
 * Starts a daemon of its own on a data folder and waits until it listens. Its words go to `logs/daemon.out`
 * there. Two that start at once end up with the same daemon: the folder's lock lets one through.
 */
export async function startDaemon(home: string): Promise<DaemonFile> {
  const folder = join(home, "logs");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = join(folder, "daemon.out");
  await using words = await open(log, "a", 0o600);
  const { size } = await words.stat();
  const child = spawn(process.execPath, [launcher, "serve"], {
    detached: true,
    cwd: home,
    env: { ...process.env, EXAI_HOME: home },
    stdio: ["ignore", words.fd, words.fd],
  });
  await once(child, "spawn");
  child.unref();
  const startedAt = performance.now();
  let endedAt: number | undefined;
  child.once("exit", () => {
    endedAt = performance.now();
  });
  for (;;) {
    const running = await runningDaemon(home);
    if (running !== undefined) return running;
    const now = performance.now();
    if (endedAt !== undefined && now - endedAt > otherMs) throw await notStarted(log, size);
    if (endedAt !== undefined && !(await isBusy(log, size))) throw await notStarted(log, size);
    if (now - startedAt > longestMs) throw await notStarted(log, size);
    await wait(lookEveryMs);
  }
}

/** Whether the folder's lock was held: then the one that holds it will listen. */
async function isBusy(log: string, from: number): Promise<boolean> {
  return (await saidSince(log, from)).includes("instance.running");
}

async function notStarted(log: string, from: number): Promise<Fault> {
  const said = (await saidSince(log, from)).trim();
  const why = said === "" ? "it said nothing" : `it said "${said.split("\n").slice(-6).join("\n")}"`;
  return new Fault(
    "client.disconnected",
    `Cannot start the daemon: ${why}, expected it to listen; all it said is in ${log}, and \`${ownCommand} serve\` shows it here`,
  );
}

async function saidSince(log: string, from: number): Promise<string> {
  const bytes = await readFile(log);
  return bytes.subarray(from).toString("utf8");
}
