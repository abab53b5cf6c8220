/** Refusals of a client that goes on asking. */
export interface Strikes {
  readonly count: number;
  readonly sinceMs: number;
}

const windowMs = 10_000;
const maxStrikes = 1000;

export const noStrikes: Strikes = { count: 0, sinceMs: Number.NEGATIVE_INFINITY };

/** One more refusal; those of an earlier window are forgiven. */
export function strike(strikes: Strikes, nowMs: number): Strikes {
  return nowMs - strikes.sinceMs >= windowMs
    ? { count: 1, sinceMs: nowMs }
    : { count: strikes.count + 1, sinceMs: strikes.sinceMs };
}

export function isFlooding(strikes: Strikes): boolean {
  return strikes.count > maxStrikes;
}
