import type { Clock } from "../../base/clock.ts";
import { Turnover } from "../../base/turnover.ts";
import type { TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import { standingOf } from "./standing.ts";

type Row = NonNullable<Awaited<ReturnType<Store["token"]>>>;

const keptMs = 1000;
const maxKept = 1024;

/**
 * What the store said of the tokens that were shown last, so that a client with many requests has its token read
 * once a second. Only good tokens are kept; whoever changes a token or a principal in the store says so, and
 * everything is read anew. The store belongs to one daemon: nobody else changes it.
 */
export class KnownTokens {
  readonly #store: Pick<Store, "token">;
  readonly #clock: Clock;
  /** The longest known first. */
  readonly #known = new Turnover<TokenId, { row: Row; untilMs: number }>();
  #changes = 0;

  constructor(parts: { store: Pick<Store, "token">; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** How many are kept. */
  get size(): number {
    return this.#known.size;
  }

  async row(id: TokenId): Promise<Row | undefined> {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#known.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.row;
    const changes = this.#changes;
    const row = await this.#store.token({ id });
    // What was read before a change may be from before it.
    if (changes === this.#changes) this.#keep(id, row, nowMs + keptMs);
    return row;
  }

  /** A token or a principal is another one in the store now. */
  changed(): void {
    this.#changes += 1;
    for (const id of [...this.#known.keys()]) this.#known.delete(id);
  }

  #keep(id: TokenId, row: Row | undefined, untilMs: number): void {
    this.#known.delete(id);
    if (row === undefined || standingOf(row, this.#clock.wallMs()) !== "good") return;
    this.#known.set(id, { row, untilMs });
    const [eldest] = this.#known.keys();
    if (this.#known.size > maxKept && eldest !== undefined) this.#known.delete(eldest);
  }
}
