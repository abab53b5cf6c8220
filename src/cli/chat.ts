import { ask, promptOf } from "./ask.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { isThreadId, latestThread } from "./which-thread.ts";

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
  const prompt = await promptOf(shell, words);
  await using client = await reach(shell);
  const continuation = thread === true ? await latestThread(client, shell.signal) : thread;
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

/** What follows `--continue` and is no thread is the first word of the text. */
function threadAndWords(
  given: string | true | undefined,
  words: readonly string[],
): { thread: string | true | undefined; words: readonly string[] } {
  if (typeof given !== "string" || isThreadId(given)) return { thread: given, words };
  return { thread: true, words: [given, ...words] };
}
