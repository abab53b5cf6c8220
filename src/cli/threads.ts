import type { ThreadView, TurnView } from "../protocol/threads.ts";
import { confirmLoss } from "./confirm.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import type { Screen } from "./show/screen.ts";
import { tableText, timeText } from "./show/table.ts";
import { threadOf } from "./which-thread.ts";

/** The caller's conversations, lately used first. */
export async function listThreads(shell: Shell, { limit }: { limit: number }): Promise<number> {
  await using client = await reach(shell);
  const { threads } = await client.request("thread.list", { limit }, shell.signal);
  return showList(shell.screen, threads);
}

export async function searchThreads(shell: Shell, text: string, { limit }: { limit: number }): Promise<number> {
  await using client = await reach(shell);
  const { threads, searched, more } = await client.request("thread.search", { text, limit }, shell.signal);
  const code = showList(shell.screen, threads);
  if (more) shell.screen.note(`The ${searched} conversations used last were looked through; there are more.`);
  return code;
}

/** All of its turns. */
export async function showThread(shell: Shell, who: string): Promise<number> {
  const { screen, signal } = shell;
  await using client = await reach(shell);
  const thread = await threadOf(client, who, signal);
  for (let after = 0; ; ) {
    const { turns } = await client.request("thread.get", { thread, after }, signal);
    for (const turn of turns) {
      if (screen.form === "json") screen.json(turn);
      else screen.print(`${screen.dim(headOf(turn))}\n${turn.text.trim()}\n`);
      await screen.room();
    }
    const last = turns.at(-1)?.seq;
    if (last === undefined) return EXIT.succeeded;
    after = last;
  }
}

/** Without a name, takes it away. */
export async function nameThread(shell: Shell, who: string, name: string | undefined): Promise<number> {
  await using client = await reach(shell);
  const thread = await threadOf(client, who, shell.signal);
  const view = await client.request("thread.rename", { thread, name: name ?? null }, shell.signal);
  if (shell.screen.form === "json") shell.screen.json(view);
  else shell.screen.print(view.name === null ? `${view.id} has no name` : `${view.id} is ${view.name}`);
  return EXIT.succeeded;
}

/** The whole document on stdout, as it is. */
export async function exportThread(
  shell: Shell,
  who: string,
  { format }: { format: "markdown" | "json" },
): Promise<number> {
  const { screen, signal } = shell;
  await using client = await reach(shell);
  const thread = await threadOf(client, who, signal);
  for (let after: number | null = 0; after !== null; ) {
    const page: { text: string; next: number | null } = await client.request(
      "thread.export",
      { thread, format, after },
      signal,
    );
    await screen.bytes("stdout", Buffer.from(page.text));
    after = page.next;
  }
  return EXIT.succeeded;
}

export async function deleteThread(shell: Shell, who: string, options: { yes?: true }): Promise<number> {
  await using client = await reach(shell);
  const thread = await threadOf(client, who, shell.signal);
  if (!(await confirmLoss(shell, options, `Delete ${who} with its calls, for good?`))) return EXIT.failed;
  const { calls } = await client.request("thread.delete", { thread }, shell.signal);
  if (shell.screen.form === "json") shell.screen.json({ thread, calls });
  else shell.screen.print(`deleted ${thread} with ${calls.length} calls`);
  return EXIT.succeeded;
}

function showList(screen: Screen, threads: readonly ThreadView[]): number {
  if (screen.form === "json") for (const thread of threads) screen.json(thread);
  else if (threads.length === 0) screen.print("no threads");
  else
    screen.print(tableText(["THREAD", "LAST USED", "TURNS", "NAME", "BEGAN WITH"], threads.map(rowOf), screen.width));
  return EXIT.succeeded;
}

function rowOf({ id, updatedAt, turns, name, title }: ThreadView): string[] {
  return [id, timeText(updatedAt), String(turns), name ?? "", title];
}

function headOf({ role, at, tool, provider, model }: TurnView): string {
  const who = role === "user" ? "you" : model === undefined ? tool : `${provider}/${model}`;
  return `${who}, ${timeText(at)}`;
}
