import type { Client } from "../client/client.ts";
import type { CallView } from "../protocol/result.ts";
import { promptOf } from "./ask.ts";
import { attend, interruptible } from "./attend.ts";
import { EXIT, exitOfCall } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { showDetached } from "./show/detached.ts";
import { tellUsage } from "./show/usage-text.ts";
import { threadOf } from "./which-thread.ts";
import { whileBusy } from "./while-busy.ts";

export interface AgentOptions {
  tool?: string[];
  model?: string;
  file?: string[];
  image?: string[];
  thinking?: string;
  websearch?: true;
  modelCalls?: number;
  maxUsd?: number;
  continue?: string;
  detach?: true;
}

/** What a run of an agent is asked for. */
export interface AgentWish {
  goal: string;
  tools?: readonly string[] | undefined;
  files?: readonly string[] | undefined;
  options: Omit<AgentOptions, "tool" | "file" | "detach">;
}

/** A model works on a goal in turns; what it does is shown meanwhile, its answer at the end. */
export async function agent(shell: Shell, words: readonly string[], options: AgentOptions): Promise<number> {
  const goal = await promptOf(shell, words);
  const { tool: tools, file: files, detach } = options;
  await using client = await reach(shell);
  const wish = { goal, tools, files, options };
  if (!detach) return exitOfRun(shell, await runAgent(shell, client, wish));
  const input = await inputOf(shell, client, wish);
  const start = () => client.start("agent", { input, cwd: shell.cwd, detached: true }, shell.signal);
  const handle = await whileBusy(shell, start, shell.signal);
  return await showDetached(shell, client, handle.id);
}

/** Stays with a run to its end. */
export async function runAgent(shell: Shell, client: Client, wish: AgentWish): Promise<CallView> {
  const input = await inputOf(shell, client, wish);
  return await interruptible(shell, async (signal, named) => {
    const start = () => client.start("agent", { input, cwd: shell.cwd, follow: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    named(handle.id);
    return await attend(shell, handle, { stagesTo: "everybody" });
  });
}

/** What it took is told on stderr, whoever reads it. */
export function exitOfRun({ screen }: Shell, view: CallView): number {
  tellUsage(screen, view);
  return view.phase === "succeeded" ? EXIT.succeeded : exitOfCall(view);
}

async function inputOf(
  { signal }: Shell,
  client: Client,
  { goal, tools, files, options }: AgentWish,
): Promise<Record<string, unknown>> {
  const { model, image, thinking, websearch, modelCalls, maxUsd } = options;
  const thread = options.continue && (await threadOf(client, options.continue, signal));
  const budget = { ...(modelCalls !== undefined && { modelCalls }), ...(maxUsd !== undefined && { usd: maxUsd }) };
  return {
    goal,
    ...(tools && { tools }),
    ...(files && files.length > 0 && { files }),
    ...(model && { model }),
    ...(image && { images: image }),
    ...(thinking && { thinking_mode: thinking }),
    ...(websearch && { use_websearch: true }),
    ...(Object.keys(budget).length > 0 && { budget }),
    ...(thread && { continuation_id: thread }),
  };
}
