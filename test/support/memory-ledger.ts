import type { Reservation, Settlement } from "../../src/core/store/spend.ts";
import type { Store } from "../../src/core/store/store.ts";

type Row = Reservation & { state: "reserved" | "measured" | "estimated" };

/** The spending verbs of the store in memory, with every row open to the test. */
export class MemoryLedger implements Pick<Store, "reserve" | "settle"> {
  readonly rows = new Map<string, Row>();

  async reserve({ reservation, limits }: Parameters<Store["reserve"]>[0]): ReturnType<Store["reserve"]> {
    for (const limit of limits) {
      if (limit.usd !== undefined && reservation.usd === null) return { kind: "unpriced", limit };
      const rows = [...this.rows.values()].filter((row) => row.principal === limit.principal && row.at >= limit.since);
      const spentUsd = sum(rows.map((row) => row.usd ?? 0));
      const spentTokens = sum(rows.map(tokensOf));
      const usd = spentUsd + (reservation.usd ?? 0);
      const tokens = spentTokens + tokensOf(reservation);
      if (usd > (limit.usd ?? Number.POSITIVE_INFINITY) || tokens > (limit.tokens ?? Number.POSITIVE_INFINITY))
        return { kind: "exceeded", limit, spentUsd, spentTokens };
    }
    this.rows.set(reservation.id, { ...reservation, state: "reserved" });
    return { kind: "reserved" };
  }

  async settle({ id, inputTokens, outputTokens, usd, estimated }: Settlement): Promise<void> {
    const row = this.rows.get(id);
    if (row === undefined) throw new Error(`Nothing is reserved as ${id}`);
    if (row.state !== "reserved") throw new Error(`${id} is settled already`);
    this.rows.set(id, { ...row, inputTokens, outputTokens, usd, state: estimated ? "estimated" : "measured" });
  }

  /** The rows, in the order in which they were reserved. */
  get all(): Row[] {
    return [...this.rows.values()];
  }
}

function tokensOf(row: { inputTokens: number; outputTokens: number }): number {
  return row.inputTokens + row.outputTokens;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
