import type { Client } from "../client/client.ts";
import { ask, promptOf } from "./ask.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { isThreadId, latestThread, threadNamed, threadNotFound } from "./which-thread.ts";

export interface ChatOptions {
  model?: string;
  system?: string;
  file?: string[];
  image?: string[];
  thinking?: string;
  websearch?: true;
  maxOutputTokens?: number;
  /** A thread, or `true` for the one used last. */
  continue?: string | true;
}

/** Asks a model; its answer is shown as it comes. */
export async function chat(shell: Shell, given: readonly string[], options: ChatOptions): Promise<number> {
  const { model, system, file, image, thinking, websearch, maxOutputTokens } = options;
  await using client = await reach(shell);
  const { continuation, words } = await continued(shell, client, { wanted: options.continue, words: given });
  const prompt = await promptOf(shell, words);
  const input = {
    prompt,
    ...(model && { model }),
    ...(system && { system }),
    ...(file && { files: file }),
    ...(image && { images: image }),
    ...(thinking && { thinking_mode: thinking }),
    ...(websearch && { use_websearch: true }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(continuation && { continuation_id: continuation }),
  };
  return await ask(shell, client, { tool: "chat", input });
}

/**
 * The thread to go on with, and the words of the text. What stands behind `--continue` is a thread where one has this id or
 * name; with no other words it may be the text for the one used last, with some it must be a thread.
 */
async function continued(
  { signal }: Shell,
  client: Client,
  { wanted, words }: { wanted: string | true | undefined; words: readonly string[] },
): Promise<{ continuation?: string; words: readonly string[] }> {
  if (wanted === undefined) return { words };
  if (wanted === true) return { continuation: await latestThread(client, signal), words };
  const known = isThreadId(wanted) ? wanted : await threadNamed(client, wanted, signal);
  if (known !== undefined) return { continuation: known, words };
  if (words.length === 0) return { continuation: await latestThread(client, signal), words: [wanted] };
  const expected = "the id or the name of one, or in quotes the text for the one used last";
  throw await threadNotFound(client, { who: wanted, expected }, signal);
}
