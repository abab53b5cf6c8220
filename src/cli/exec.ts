import { resolve } from "node:path";
import type { CallHandle } from "../client/call-handle.ts";
import type { StartOptions } from "../client/connect-options.ts";
import { attend, interruptible } from "./attend.ts";
import { feedInput } from "./feed-input.ts";
import { lendTerminal } from "./lend-terminal.ts";
import { exitOfProgram } from "./program-exit.ts";
import { isNear, placeOf } from "./reach/place.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { showDetached } from "./show/detached.ts";
import { whileBusy } from "./while-busy.ts";

export interface ExecOptions {
  tty?: true;
  timeout?: number;
  idleTimeout?: number;
  overflow?: "drop_oldest" | "block" | "kill";
  cwd?: string;
  env?: Record<string, string>;
  detach?: true;
}

/** Runs a program through the daemon as if it were run here: its bytes, its input, its exit code. */
export async function exec(shell: Shell, argv: readonly string[], options: ExecOptions): Promise<number> {
  const { detach } = options;
  const input = inputOf(shell, argv, options);
  const base: StartOptions = isElsewhere(shell) ? {} : { cwd: resolve(shell.cwd, options.cwd ?? ".") };
  await using client = await reach(shell);
  if (detach) {
    const { signal } = shell;
    const start = () => client.start("exec", { input, ...base, detached: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    return await showDetached(shell, client, handle.id);
  }
  return await interruptible(shell, async (signal, named) => {
    const start = () => client.start("exec", { input, ...base, follow: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    named(handle.id);
    return await attendProgram(shell, handle, options);
  });
}

/** The daemon is on another machine, whose directories are not those of here. */
function isElsewhere({ env }: Shell): boolean {
  const place = placeOf(env);
  return place.kind === "named" && !isNear(place.url);
}

function inputOf(shell: Shell, argv: readonly string[], options: ExecOptions): Record<string, unknown> {
  const { screen } = shell;
  const { tty, timeout, idleTimeout, overflow, env, cwd } = options;
  return {
    argv,
    ...(cwd !== undefined && isElsewhere(shell) && { cwd }),
    ...(env && { env }),
    ...(tty && { tty: screen.size }),
    ...(timeout && { timeoutMs: timeout }),
    ...(idleTimeout && { idleMs: idleTimeout }),
    ...(overflow && { overflow }),
  };
}

async function attendProgram(shell: Shell, handle: CallHandle, { tty }: ExecOptions): Promise<number> {
  let feeding: Promise<void> | undefined;
  const onProgram = () => {
    feeding = feedInput(shell, handle, { atEnd: "close" });
  };
  using _terminal = tty ? lendTerminal(shell, handle) : undefined;
  const view = await attend(shell, handle, { onProgram });
  shell.stdin.destroy();
  await feeding;
  return exitOfProgram(view);
}
