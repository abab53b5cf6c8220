import { spawn } from "node:child_process";
import { openLinkedProcessHost } from "../../src/adapters/processes/supervised/linked-process-host.ts";
import { SystemClock } from "../../src/base/clock.ts";
import type { Child, Way } from "../../src/core/processes/process-host.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { readable } from "./ways.ts";

/** What a test asks of this stand-in for a daemon, and hears of it. */
export type Asked = { start: number; argv: [string, ...string[]] } | { cancel: number };
export type Told = { ready: number } | { started: number } | { over: number; how: string };

/**
 * runs-commands <folder> <way>: starts and ends commands as a daemon does, and tells how each ended. In way `plain`
 * it spawns them itself, as programs do that think nothing of it.
 */
const [, , folder = "", way = ""] = process.argv;
const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
const reach = { roots: [], network: false };
const tell = (told: Told) => process.send?.(told);

if (way === "plain") plainly();
else await supervised();

async function supervised(): Promise<void> {
  const host = await openLinkedProcessHost({ folder, clock: new SystemClock(), among: [way as Way], readable });
  // As a daemon does before it listens.
  tell({ ready: await host.reap() });
  const children = new Map<number, Child>();
  process.on("message", async (asked: Asked) => {
    // How it ended is told by its end.
    if ("cancel" in asked)
      await children
        .get(asked.cancel)
        ?.cancel({ graceMs: 50 })
        .catch(() => {});
    else await run(asked);
  });

  async function run({ start, argv }: Extract<Asked, { start: number }>): Promise<void> {
    try {
      const spec = { call: `call-${start}` as CallId, argv, cwd: "/", env, reach };
      const child = await host.start(spec, new AbortController().signal);
      children.set(start, child);
      tell({ started: start });
      const { code, signal } = await child.exited;
      tell({ over: start, how: String(signal ?? code) });
    } catch (error) {
      tell({ over: start, how: error instanceof Fault ? error.code : String(error) });
    }
  }
}

function plainly(): void {
  const pids = new Map<number, number>();
  process.on("message", (asked: Asked) => {
    if ("cancel" in asked) process.kill(-(pids.get(asked.cancel) ?? Number.NaN), "SIGKILL");
    else {
      const [program, ...args] = asked.argv;
      const child = spawn(program, args, { env, detached: true });
      pids.set(asked.start, child.pid ?? 0);
      tell({ started: asked.start });
      child.once("exit", (code, signal) => tell({ over: asked.start, how: String(signal ?? code) }));
    }
  });
  tell({ ready: 0 });
}
