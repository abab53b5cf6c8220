import type { Client } from "../client/client.ts";
import { Fault } from "../protocol/fault.ts";
import { attend, interruptible } from "./attend.ts";
import { exitOfCall } from "./exit-codes.ts";
import type { Shell } from "./shell.ts";
import { bytesText } from "./show/table.ts";
import { tellUsage } from "./show/usage-text.ts";
import { allOfInput, pipedInput } from "./standard-input.ts";
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
    tellUsage(shell.screen, view);
    return exitOfCall(view);
  });
}

/**
 * The words, with what is piped in as what they speak of; all of standard input for `-`, and where there are no words.
 * Behind words `-` waits for it, however long it takes to begin.
 */
export async function promptOf(shell: Shell, words: readonly string[]): Promise<string> {
  const isAwaited = words.at(-1) === "-";
  const said = (isAwaited ? words.slice(0, -1) : words).join(" ");
  const isPiped = said === "" && shell.stdin.isTTY !== true;
  const prompt = isAwaited || isPiped ? await allOfInput(shell) : said;
  if (said === "" && prompt.trim() !== "") return prompt;
  if (said.trim() === "") throw noText();
  return together(shell, said, isAwaited ? prompt : await pipedInput(shell));
}

/** What was piped in stands in a fence that nothing in it ends. */
function together({ screen }: Shell, text: string, piped: string): string {
  if (piped.trim() === "") return text;
  screen.stage(`with ${bytesText(Buffer.byteLength(piped))} of standard input`);
  const longest = Math.max(2, ...[...piped.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${text}\n\nOn standard input:\n${fence}\n${piped.replace(/\n$/, "")}\n${fence}`;
}

function noText(): Fault {
  return new Fault("input.invalid", "Cannot ask a model: there is no text, expected some, or - and some on stdin");
}
