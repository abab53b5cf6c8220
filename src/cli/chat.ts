import { attend, interruptible } from "./attend.ts";
import { exitOfCall } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";

export interface ChatOptions {
  model?: string;
}

/** Asks a model; its answer is shown as it comes. */
export async function chat(shell: Shell, prompt: string, { model }: ChatOptions): Promise<number> {
  await using client = await reach(shell);
  return await interruptible(shell, async (signal, named) => {
    const handle = await client.start("chat", { input: { prompt, ...(model && { model }) }, follow: true }, signal);
    named(handle.id);
    return exitOfCall(await attend(shell, handle));
  });
}
