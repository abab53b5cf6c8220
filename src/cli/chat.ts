import { text as textOf } from "node:stream/consumers";
import { Fault } from "../protocol/fault.ts";
import { attend, interruptible } from "./attend.ts";
import { exitOfCall } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { whileBusy } from "./while-busy.ts";

export interface ChatOptions {
  model?: string;
}

/** Asks a model; its answer is shown as it comes. */
export async function chat(shell: Shell, words: readonly string[], { model }: ChatOptions): Promise<number> {
  const input = { prompt: await promptOf(shell, words), ...(model && { model }) };
  await using client = await reach(shell);
  return await interruptible(shell, async (signal, named) => {
    const handle = await whileBusy(shell, () => client.start("chat", { input, follow: true }, signal), signal);
    named(handle.id);
    return exitOfCall(await attend(shell, handle));
  });
}

/** The words, or stdin for `-` and where something is piped in and there are none. */
async function promptOf({ stdin }: Shell, words: readonly string[]): Promise<string> {
  const given = words.join(" ");
  const isPiped = words.length === 0 && stdin.isTTY !== true;
  const prompt = given === "-" || isPiped ? await textOf(stdin) : given;
  if (prompt.trim() !== "") return prompt;
  throw new Fault("input.invalid", "Cannot ask a model: there is no text, expected some, or - and some on stdin");
}
