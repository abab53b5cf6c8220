export const dayMs = 86_400_000;

/** When the day of this moment began: days are of UTC, so that a day is the same for everybody. */
export function beginOfDay(at: number): number {
  return at - (at % dayMs);
}
