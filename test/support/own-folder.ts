import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end } from "../programs/programs.ts";
import { removeCgroups } from "./cgroups.ts";

/**
 * Gives a run of the tests a folder of its own for all that it makes, and ends what it leaves: a test that fails by
 * its time limit never comes to its own clean-up.
 */
export function setup(): () => Promise<void> {
  const usual = tmpdir();
  // What Node compiled stays from one run to the next.
  process.env["NODE_COMPILE_CACHE"] ??= join(usual, "node-compile-cache");
  const folder = realpathSync(mkdtempSync(join(usual, "exai-tests-")));
  // Databases and commands may run as another user.
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder;
  return async () => {
    process.env["TMPDIR"] = usual;
    for (const pid of startedIn(folder)) end(pid);
    for (const made of readdirSync(folder).map((name) => join(folder, name)))
      for (const commands of [made, join(made, "processes")])
        if (existsSync(join(commands, "instance"))) await removeCgroups(commands);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
}

/** Processes that were told of the folder, but not by us: ours are the test runner's own. Empty where there is no /proc. */
function startedIn(folder: string): number[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const said = (pid: string, name: string) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "latin1");
    } catch {
      return "";
    }
  };
  const isOurs = (pid: string) => Number(/^PPid:\s*(\d+)$/m.exec(said(pid, "status"))?.[1]) === process.pid;
  return pids
    .filter((pid) => `${said(pid, "environ")}${said(pid, "cmdline")}`.includes(folder))
    .filter((pid) => Number(pid) !== process.pid && !isOurs(pid))
    .map(Number);
}
