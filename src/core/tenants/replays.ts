import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { From } from "./credentials.ts";
import { SlowDown } from "./slow-down.ts";

/** What was shown again after it was used up. */
export interface Replay {
  principal: PrincipalId;
  what: "ticket" | "resume secret";
  /** What it belonged to, so that a flood of one thing is told a few times and not without end. */
  of: string;
}

/** Replays, told in the audit and counted against their address. */
export class Replays {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #bySource: SlowDown;
  readonly #byThing: SlowDown;

  constructor(parts: { store: Store; clock: Clock; slowDown: SlowDown }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#bySource = parts.slowDown;
    this.#byThing = new SlowDown(parts.clock);
  }

  /** The refusal, once the replay is told. */
  async refused(replay: Replay, from: From): Promise<Fault> {
    this.#bySource.failed(from.address);
    if (this.#byThing.failed(replay.of) === 0)
      await this.#store.audit({
        at: this.#clock.wallMs(),
        principal: replay.principal,
        act: "auth.replayed",
        facts: JSON.stringify({ what: replay.what, of: replay.of, address: from.address, client: from.client }),
      });
    return new Fault(
      "auth.replayed",
      `Cannot authenticate: this ${replay.what} was used before, expected the newest one or a token`,
    );
  }
}
