import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { here, openTenancy, outcomeOf } from "../../../test/support/tenancy.ts";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { OwnedToken } from "../store/tenants.ts";
import { KnownTokens } from "./known-tokens.ts";

promise(
  "auth.expiry",
  "a token that was shown a moment ago lets nobody in once it is revoked, suspended, shortened or removed",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, administration, owner, clock } = tenancy;
    const shown = async (name: string) => {
      const made = await tenancy.user(name);
      expect((await doors.authenticate(made.token, here)).principal).toBe(made.view.principal);
      return made;
    };
    const [revoked, suspended, rotated, replaced, removed] = [
      await shown("ann"),
      await shown("bob"),
      await shown("cyd"),
      await shown("dan"),
      await shown("eve"),
    ];
    await administration.revokeToken(owner, { id: revoked.view.id });
    await administration.suspendPrincipal(owner, { id: suspended.view.principal });
    await administration.rotateToken(owner, { id: rotated.view.id, overlapMs: 500 });
    await administration.rotateToken(owner, { id: replaced.view.id, overlapMs: 0 });
    await administration.removePrincipal(owner, { id: removed.view.principal });
    expect(await outcomeOf(doors.authenticate(rotated.token, here))).not.toBe("auth.expired");
    await clock.advance(500);
    expect(await outcomeOf(doors.authenticate(revoked.token, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.authenticate(suspended.token, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.authenticate(rotated.token, here))).toBe("auth.expired");
    expect(await outcomeOf(doors.authenticate(replaced.token, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.authenticate(removed.token, here))).toBe("auth.invalid");
    const told = tenancy.ended.map(({ token }) => token).toSorted();
    expect(told).toEqual([revoked, suspended, rotated, replaced, removed].map(({ view }) => view.id).toSorted());
  },
);

promise("auth.expiry", "what was read of a token before it changed is not kept behind the change", async () => {
  const read = Promise.withResolvers<OwnedToken>();
  const rows = [read.promise, Promise.resolve(undefined)];
  const known = knownOver(async () => await rows.shift());
  const early = known.row(id);
  const audit = { at: 0, principal: "owner" as PrincipalId, act: "principal.resumed", facts: "{}" };
  await known.resume({ id: "ann" as PrincipalId, audit });
  read.resolve(goodRow);
  expect(await early).toBe(goodRow);
  expect(await known.row(id)).toBeUndefined();
});

promise("auth.expiry", "a token is read anew after a second, and only so many are kept", async () => {
  const clock = new ManualClock();
  let reads = 0;
  const token = async () => {
    reads += 1;
    return goodRow;
  };
  const known = knownOver(token, clock);
  await known.row(id);
  await known.row(id);
  expect(reads).toBe(1);
  await clock.advance(1000);
  await known.row(id);
  expect(reads).toBe(2);
  for (let nth = 0; nth < 2000; nth++) await known.row(`t${nth}` as TokenId);
  expect(known.size).toBe(1024);
});

const id = "0123456789ab" as TokenId;
const goodRow = { id, revokedAt: null, expiresAt: null, suspended: false } as OwnedToken;

/** Over a store that answers this of a token, and has no principals. */
function knownOver(token: () => Promise<OwnedToken | undefined>, clock = new ManualClock()): KnownTokens {
  const none = async () => undefined;
  return new KnownTokens({
    store: {
      token,
      tokens: async () => [],
      endToken: async () => [],
      rotateToken: async () => [],
      suspendPrincipal: none,
      resumePrincipal: none,
      removePrincipal: none,
    },
    clock,
    onRevoked: () => {},
    onShortened: () => {},
  });
}
