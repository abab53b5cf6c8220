import type { Clock } from "../base/clock.ts";
import type { Work } from "../core/calls/work.ts";
import type { CallRow, Store } from "../core/store/store.ts";
import { mayUse } from "../core/tenants/scopes.ts";
import { Fault } from "../protocol/fault.ts";

/** Why a call of an earlier start may not go on: its token ended meanwhile, or no longer allows its tool. */
export function objectionTo({ store, clock }: { store: Store; clock: Clock }) {
  return async (row: CallRow, work: Work): Promise<Fault | undefined> => {
    if (row.token === null) return undefined;
    const token = await store.token({ id: row.token });
    const isOver = token === undefined || token.suspended || token.revokedAt !== null;
    if (isOver) return new Fault("auth.revoked", "Cannot go on: the token that started this call was revoked");
    if (token.expiresAt !== null && token.expiresAt <= clock.wallMs()) {
      return new Fault("auth.expired", "Cannot go on: the token that started this call has expired");
    }
    if (mayUse({ scopes: new Set(token.scopes), tools: token.tools }, work)) return undefined;
    return new Fault("auth.scope", `Cannot go on: the token that started this call no longer allows ${work.name}`);
  };
}
