/** Milliseconds to wait after so many failures in a row, from 1: each doubles the wait, up to the longest. */
export function exponentialBackoffMs(
  failures: number,
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
