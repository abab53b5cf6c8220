import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { ProcessSpec, TerminalSize } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";

const script = "/usr/bin/script";
const stty = "/usr/bin/stty";
/** What the shells between here and the program set, and it does not expect. */
const shellsOwn = ["SHELL", "SCRIPT", "PWD", "OLDPWD", "SHLVL"];

/**
 * What goes before the words of a program so that it runs in a terminal of this size: `script(1)`, which loses no
 * byte and keeps the exit. The words themselves are in its command, and those that follow here are not read.
 */
export function terminalLine({ argv, env }: ProcessSpec, { rows, cols }: TerminalSize): string[] {
  if (!existsSync(script))
    throw new Fault(
      "process.no-terminal",
      `Cannot start ${argv[0]} in a terminal: there is no ${script} here, expected that of util-linux`,
    );
  const restored = shellsOwn.filter((name) => name in env).map((name) => `${name}=${env[name]}`);
  const words = [...(restored.length > 0 ? ["/usr/bin/env", ...restored] : []), ...argv].map(quoted).join(" ");
  const command = `${stty} rows ${rows} cols ${cols} echo; unset ${shellsOwn.join(" ")}; exec ${words}`;
  return ["/bin/sh", "-c", `SHELL=/bin/sh exec ${script} -qefc ${quoted(command)} /dev/null`, "exai"];
}

/** Gives the terminal of one of these processes a new size; its programs are told by the kernel. */
export async function resizeTerminal(pids: Iterable<number>, { rows, cols }: TerminalSize): Promise<void> {
  for (const pid of pids) {
    const number = terminalOf(pid);
    if (number === undefined) continue;
    // A sandbox has terminals of its own: it is found from where the process sees it.
    const path = `/proc/${pid}/root/dev/pts/${number}`;
    await promisify(execFile)(stty, ["-F", path, "rows", String(rows), "cols", String(cols)]);
    return;
  }
}

/** The number of the terminal that controls the process, from `proc(5)`: majors 136 to 143 are pseudo-terminals. */
function terminalOf(pid: number): number | undefined {
  const device = Number(statFields(pid)[4] ?? 0);
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= 136 && major <= 143 ? (major - 136) * 256 + minor : undefined;
}

function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
