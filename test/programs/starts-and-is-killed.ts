import { openLocalProcessHost } from "../../src/adapters/processes/supervised/local-process-host.ts";
import { SystemClock } from "../../src/base/clock.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { program, Reading } from "./programs.ts";

/** A daemon that starts two commands with descendants, tells their numbers, and waits to be killed. */
const host = await openLocalProcessHost({ folder: process.argv[2] ?? "", clock: new SystemClock(), among: ["C"] });
const pids: number[] = [];
for (const [n, command] of [["setsid-child"], ["double-forks", "stay"]].entries()) {
  const [name = "", ...args] = command;
  const child = await host.start(
    {
      call: `call-${n}` as CallId,
      argv: program(name, ...args),
      cwd: "/",
      env: {},
      reach: { roots: [], network: false },
    },
    new AbortController().signal,
  );
  pids.push(child.pid, Number((await new Reading(child).until(/^(\d+)\n/m))[1]));
}
process.send?.(pids);
setInterval(() => {}, 1 << 30);
