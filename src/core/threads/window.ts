import type { CallId } from "../../protocol/ids.ts";

interface Spoken {
  readonly seq: number;
  readonly call: CallId;
  readonly text: string;
}

/** What of a conversation is told again, and how many tokens that takes. */
export interface Window<T> {
  /** Whole exchanges, in their order. */
  turns: T[];
  /** How many turns before them are left out. */
  dropped: number;
  tokens: number;
}

/**
 * The newest exchanges of a conversation that a budget of tokens holds. What one call said and was told is kept or
 * dropped together, and nothing older is kept than what was dropped. `turns` go backwards from the newest, and may
 * lack the oldest.
 */
export function newestWithin<T extends Spoken>(
  turns: readonly T[],
  budget: number,
  count: (text: string) => number,
): Window<T> {
  const kept: T[] = [];
  let tokens = 0;
  for (const exchange of exchangesOf(turns)) {
    const size = exchange.reduce((sum, { text }) => sum + count(text), 0);
    if (tokens + size > budget) break;
    kept.unshift(...exchange);
    tokens += size;
  }
  const first = kept[0]?.seq ?? (turns[0]?.seq ?? 0) + 1;
  return { turns: kept, dropped: first - 1, tokens };
}

/** The turns of each call in their order, the newest call first. */
function exchangesOf<T extends Spoken>(turns: readonly T[]): T[][] {
  const exchanges: T[][] = [];
  for (const turn of turns) {
    const last = exchanges.at(-1);
    if (last?.[0]?.call === turn.call) last.unshift(turn);
    else exchanges.push([turn]);
  }
  return exchanges;
}
