import type { PrincipalId } from "../../protocol/ids.ts";

/** What a principal holds of the space for data. */
export interface Holding {
  principal: PrincipalId;
  bytes: number;
}

/** One for each principal, the most first. */
export function addUp(holdings: readonly Holding[]): Holding[] {
  const sums = new Map<PrincipalId, number>();
  for (const { principal, bytes } of holdings) sums.set(principal, (sums.get(principal) ?? 0) + bytes);
  return [...sums]
    .map(([principal, bytes]) => ({ principal, bytes }))
    .toSorted((a, b) => b.bytes - a.bytes || (a.principal < b.principal ? -1 : 1));
}

/** What all of them hold. */
export function bytesIn(holdings: readonly { bytes: number }[]): number {
  return holdings.reduce((sum, { bytes }) => sum + bytes, 0);
}
