import { randomBytes } from "node:crypto";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { TokenRow } from "../store/tenants.ts";
import { hashOf } from "./secrets.ts";
import { standingOf } from "./standing.ts";

/** The principal of whoever owns the daemon. */
export const ownerId = "owner" as PrincipalId;

const prefix = "own";

/** The owner's token of their own choice: its text has no form of ours, so its id says what it is. */
export function newOwnToken(text: string): { id: TokenId; hash: string } {
  return { id: `${prefix}${randomBytes(6).toString("hex")}` as TokenId, hash: hashOf(text) };
}

/** Whether the owner chose its text, by its id alone. */
export function isOwnToken(id: TokenId): boolean {
  return id.startsWith(prefix);
}

/** The one that is set now, if one is. */
export async function liveOwnToken(store: Store, nowMs: number): Promise<TokenRow | undefined> {
  const rows = await store.tokens({ principal: ownerId, prefix });
  return rows.find((row) => standingOf(row, nowMs) === "good");
}
