import type { Client } from "../client/client.ts";
import { ask, promptOf } from "./ask.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { isThreadId, latestThread, threadNamed } from "./which-thread.ts";

export interface ChatOptions {
  model?: string;
  system?: string;
  file?: string[];
  image?: string[];
  thinking?: string;
  websearch?: true;
  /** A thread, or `true` for the one used last. */
  continue?: string | true;
}

/** Asks a model; its answer is shown as it comes. */
export async function chat(shell: Shell, given: readonly string[], options: ChatOptions): Promise<number> {
  const { model, system, file, image, thinking, websearch } = options;
  const { thread, words } = threadAndWords(options.continue, given);
  const text = await promptOf(shell, words);
  await using client = await reach(shell);
  const { prompt, continuation } = await continued(shell, client, { thread, text });
  const input = {
    prompt,
    ...(model && { model }),
    ...(system && { system }),
    ...(file && { files: file }),
    ...(image && { images: image }),
    ...(thinking && { thinking_mode: thinking }),
    ...(websearch && { use_websearch: true }),
    ...(continuation && { continuation_id: continuation }),
  };
  return await ask(shell, client, { tool: "chat", input });
}

/** What follows `--continue` with nothing behind it is the text, unless it is an id. */
function threadAndWords(
  given: string | true | undefined,
  words: readonly string[],
): { thread: string | true | undefined; words: readonly string[] } {
  if (typeof given !== "string" || isThreadId(given) || words.length > 0) return { thread: given, words };
  return { thread: true, words: [given] };
}

/** What is no id and the name of no thread is the first word of the text. */
async function continued(
  { signal }: Shell,
  client: Client,
  { thread, text }: { thread: string | true | undefined; text: string },
): Promise<{ prompt: string; continuation?: string }> {
  if (thread === undefined) return { prompt: text };
  if (thread === true) return { prompt: text, continuation: await latestThread(client, signal) };
  const known = isThreadId(thread) ? thread : await threadNamed(client, thread, signal);
  if (known !== undefined) return { prompt: text, continuation: known };
  return { prompt: `${thread} ${text}`, continuation: await latestThread(client, signal) };
}
