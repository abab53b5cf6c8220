import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { WaySettings } from "../ways/find-way.ts";

/** A clone runs this folder as it is, a build as JavaScript: the program is of the same kind as this file. */
const program = fileURLToPath(new URL(`../exec-host${extname(import.meta.url)}`, import.meta.url));

/**
 * A pipe that only ends: the channel of messages does not tell its end while a handle is on its way.
 * The daemon holds the other end of this descriptor.
 */
export const lifeline = 4;

/** Nothing that is a secret: a command of the same user can read the environment of whoever spawned it. */
const passedOn = ["PATH", "LANG", "TMPDIR", "NODE_COMPILE_CACHE"];

/**
 * Starts the process that spawns: in a session of its own, so that what a terminal sends to the daemon does not
 * reach it, and small, so that spawning is quick. It ends when its lifeline does.
 */
export function forkExecHost(settings: WaySettings): ChildProcess {
  const given = passedOn.map((name) => [name, process.env[name]] as const).filter(([, value]) => value !== undefined);
  return fork(program, [JSON.stringify(settings)], {
    env: Object.fromEntries(given),
    execArgv: ["--max-semi-space-size=1", "--max-old-space-size=64"],
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "ipc", "pipe"],
  });
}
