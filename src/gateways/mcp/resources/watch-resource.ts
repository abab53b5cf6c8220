import { Cancelled } from "../../../base/abort.ts";
import type { Caller } from "../../../core/tenants/caller.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import { CallFollower } from "../call-follower.ts";
import type { House } from "../house.ts";
import { placeOf } from "./addresses.ts";

interface Watching {
  caller: Caller;
  uri: string;
  onUpdated: () => void;
}

/**
 * Tells once when the call behind an address has ended: its result is there. `undefined` where this caller has no
 * such call; nobody hears of another principal's.
 */
export async function watchResource(
  house: Pick<House, "operations" | "journal">,
  watching: Watching,
): Promise<Disposable | undefined> {
  const place = placeOf(watching.uri);
  if (place === undefined) return undefined;
  const over = new AbortController();
  const look = async () => {
    const { phase } = await house.operations["call.get"]({ caller: watching.caller, signal: over.signal }, place);
    return hasEnded(phase);
  };
  const isOver = await look().catch(() => undefined);
  if (isOver === undefined) return undefined;
  const follow = async () => {
    using follower = new CallFollower(house.journal, { call: place.call, after: 0 });
    for (let isEnded = await look(); !isEnded; ) {
      const { state } = await follower.next(over.signal);
      isEnded = state === "ended" || (state === "missed" && (await look()));
    }
    watching.onUpdated();
  };
  // Whoever watched has gone: nobody is left to be told.
  if (!isOver) follow().catch(() => {});
  return { [Symbol.dispose]: () => over.abort(new Cancelled("caller")) };
}
