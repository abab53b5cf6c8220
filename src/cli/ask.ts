import { text as textOf } from "node:stream/consumers";
import type { Client } from "../client/client.ts";
import { Fault } from "../protocol/fault.ts";
import { attend, interruptible } from "./attend.ts";
import { exitOfCall } from "./exit-codes.ts";
import type { Shell } from "./shell.ts";
import { usageText } from "./show/usage-text.ts";
import { whileBusy } from "./while-busy.ts";

/** Starts a call that asks models and stays with it; says at its end what it took, and how to go on. */
export async function ask(
  shell: Shell,
  client: Client,
  { tool, input }: { tool: string; input: Record<string, unknown> },
): Promise<number> {
  return await interruptible(shell, async (signal, named) => {
    const start = () => client.start(tool, { input, cwd: shell.cwd, follow: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    named(handle.id);
    const view = await attend(shell, handle);
    shell.screen.progress(usageText(view));
    return exitOfCall(view);
  });
}

/** The words, or stdin for `-` and where something is piped in and there are none. */
export async function promptOf({ stdin }: Shell, words: readonly string[]): Promise<string> {
  const given = words.join(" ");
  const isPiped = words.length === 0 && stdin.isTTY !== true;
  const prompt = given === "-" || isPiped ? await textOf(stdin) : given;
  if (prompt.trim() !== "") return prompt;
  throw new Fault("input.invalid", "Cannot ask a model: there is no text, expected some, or - and some on stdin");
}
