import { alike, nearest } from "../base/nearest.ts";
import type { Client } from "../client/client.ts";
import type { TokenView } from "../protocol/access-methods.ts";
import { Fault } from "../protocol/fault.ts";

const shortestPrefix = 4;

/** By its id, by the token itself, by a name that only one good token has, or by the beginning of an id. */
export async function tokenOf(client: Client, who: string, signal: AbortSignal): Promise<TokenView> {
  const { tokens } = await client.request("token.list", {}, signal);
  const id = /^exai_([^_]+)_/.exec(who)?.[1] ?? who;
  const exact = tokens.find((token) => token.id === id);
  if (exact !== undefined) return exact;
  const good = tokens.filter((token) => !hasEnded(token));
  const named = good.filter(({ name }) => name === id);
  const begins = good.filter((token) => id.length >= shortestPrefix && token.id.startsWith(id));
  const found = named.length > 0 ? named : begins;
  const [only, ...others] = found;
  if (only === undefined) throw notFound(id, good);
  if (others.length > 0) throw severalFound(id, found);
  return only;
}

/** Whether it lets nobody in any more. */
export function hasEnded({ revokedAt, expiresAt }: TokenView): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= Date.now());
}

function notFound(who: string, good: readonly TokenView[]): Fault {
  const names = good.map(({ name }) => name);
  const near = nearest(who, names, { most: 3, share: alike });
  const expected = near.length === 0 ? "one of `tokens list`" : near.join(" or ");
  const message = `Cannot find the token ${JSON.stringify(who)}: none has this name or id, expected ${expected}`;
  return new Fault("input.invalid", message, { facts: { token: who, near } });
}

function severalFound(who: string, found: readonly TokenView[]): Fault {
  const ids = found.map(({ id }) => id);
  const message = `Cannot find the token ${JSON.stringify(who)}: ${ids.length} are called so, expected one of ${ids.join(", ")}`;
  return new Fault("input.invalid", message, { facts: { token: who, ids } });
}
