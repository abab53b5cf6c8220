import { Fault } from "../protocol/fault.ts";
import { ask, promptOf } from "./ask.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { threadOf } from "./which-thread.ts";

export interface ConsensusOptions {
  model?: string[];
  file?: string[];
  image?: string[];
  maxUsd?: number;
  timeout?: number;
  continue?: string;
}

/** Asks several models at once about a proposal; each answer is shown when it is there. */
export async function consensus(shell: Shell, words: readonly string[], options: ConsensusOptions): Promise<number> {
  const { model = [], file, image, maxUsd, timeout } = options;
  const prompt = await promptOf(shell, words);
  await using client = await reach(shell);
  const thread = options.continue && (await threadOf(client, options.continue, shell.signal));
  const input = {
    prompt,
    models: model.map(seatOf),
    ...(file && { files: file }),
    ...(image && { images: image }),
    ...(maxUsd !== undefined && { maxUsd }),
    ...(timeout !== undefined && { seatTimeoutMs: timeout }),
    ...(thread && { continuation_id: thread }),
  };
  return await ask(shell, client, { tool: "consensus", input });
}

/** `model`, or `model=for`, `model=against`: ids of models may hold a colon. */
function seatOf(given: string): { model: string; stance?: string } {
  const at = given.lastIndexOf("=");
  if (at < 0) return { model: given };
  const stance = given.slice(at + 1);
  if (["for", "against", "neutral"].includes(stance)) return { model: given.slice(0, at), stance };
  const message = `Cannot take the seat ${given}: its stance is ${JSON.stringify(stance)}, expected for, against or neutral`;
  throw new Fault("input.invalid", message);
}
