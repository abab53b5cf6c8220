import { createInterface } from "node:readline/promises";
import type { Shell } from "./shell.ts";

/** Asks on the terminal; anything but a yes is a no. */
export async function confirm({ stdin, signal }: Pick<Shell, "stdin" | "signal">, question: string): Promise<boolean> {
  using lines = createInterface({ input: stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `, { signal });
  return /^y(es)?$/i.test(answer.trim());
}

/**
 * Whether what cannot be undone is to be done: where somebody sits at a terminal and `--yes` was not given, they are
 * asked. A script is not, as with `rm`.
 */
export async function confirmLoss(shell: Shell, { yes }: { yes?: true }, question: string): Promise<boolean> {
  if (yes || shell.stdin.isTTY !== true) return true;
  if (await confirm(shell, question)) return true;
  shell.screen.note("Nothing was done");
  return false;
}
