import { alike, nearest } from "../base/nearest.ts";
import type { Client } from "../client/client.ts";
import { Fault } from "../protocol/fault.ts";
import type { ThreadId } from "../protocol/ids.ts";

/** Whether it is an id by its shape: threads are called like the calls that began them. */
export function isThreadId(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

/** The thread that was used last; `thread.unknown` where there is none. */
export async function latestThread(client: Client, signal: AbortSignal): Promise<ThreadId> {
  const { threads } = await client.request("thread.list", { limit: 1 }, signal);
  const [latest] = threads;
  if (latest !== undefined) return latest.id;
  throw new Fault("thread.unknown", "Cannot go on with a conversation: there is none yet, expected one to go on with");
}

/** By its id, or by a name that only one has. */
export async function threadOf(client: Client, who: string, signal: AbortSignal): Promise<ThreadId> {
  if (isThreadId(who)) return who as ThreadId;
  const named = await threadNamed(client, who, signal);
  if (named !== undefined) return named;
  throw await threadNotFound(client, { who, expected: "the id or the name of one" }, signal);
}

/** The only thread of a name; nothing where none has it, `thread.unknown` where several do. */
export async function threadNamed(client: Client, name: string, signal: AbortSignal): Promise<ThreadId | undefined> {
  const { threads } = await client.request("thread.search", { text: name, limit: 200 }, signal);
  const [only, ...others] = threads.filter((thread) => thread.name === name);
  if (others.length === 0) return only?.id;
  const ids = [only, ...others].flatMap((thread) => thread?.id ?? []);
  throw notFound(name, { fact: "several have this name", expected: `the id of one: ${ids.join(", ")}`, near: [] });
}

/** That no thread is called so, with the nearest of the names in use lately. */
export async function threadNotFound(
  client: Client,
  { who, expected }: { who: string; expected: string },
  signal: AbortSignal,
): Promise<Fault> {
  const { threads } = await client.request("thread.list", { limit: 200 }, signal);
  const names = threads.flatMap(({ name }) => name ?? []);
  const near = nearest(who, names, { most: 3, share: alike });
  return notFound(who, { fact: "none has this name or id", expected, near });
}

function notFound(who: string, { fact, expected, near }: { fact: string; expected: string; near: string[] }): Fault {
  const message = `Cannot find thread ${JSON.stringify(who)}: ${fact}, expected ${expected}`;
  return new Fault("thread.unknown", message, { facts: { thread: who, near } });
}
