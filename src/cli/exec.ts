import { resolve } from "node:path";
import type { CallHandle } from "../client/call-handle.ts";
import type { StartOptions } from "../client/client.ts";
import { attend, interruptible } from "./attend.ts";
import { feedInput } from "./feed-input.ts";
import { exitOfProgram } from "./program-exit.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { showDetached } from "./show/detached.ts";
import { whileBusy } from "./while-busy.ts";

export interface ExecOptions {
  timeout?: number;
  cwd?: string;
  env?: Record<string, string>;
  detach?: true;
}

/** Runs a program through the daemon as if it were run here: its bytes, its input, its exit code. */
export async function exec(shell: Shell, argv: readonly string[], options: ExecOptions): Promise<number> {
  const { timeout, env, detach } = options;
  const input = { argv, ...(env && { env }), ...(timeout && { timeoutMs: timeout }) };
  const base: StartOptions = { cwd: resolve(shell.cwd, options.cwd ?? ".") };
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
    return await attendProgram(shell, handle);
  });
}

async function attendProgram(shell: Shell, handle: CallHandle): Promise<number> {
  let feeding: Promise<void> | undefined;
  const onProgram = () => {
    feeding = feedInput(shell, handle);
  };
  const view = await attend(shell, handle, { onProgram });
  shell.stdin.destroy();
  await feeding;
  return exitOfProgram(view);
}
