import { Cancelled } from "../../../base/abort.ts";
import { CallFollower } from "../../../core/calls/call-follower.ts";
import { knownCall } from "../../../core/operations/known-call.ts";
import { refusalOf } from "../../../core/operations/refusal.ts";
import type { Caller } from "../../../core/tenants/caller.ts";
import { serverPlaceOf } from "../../../core/upstreams/addresses.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { House } from "../house.ts";
import { placeOf } from "./addresses.ts";

interface Watching {
  caller: Caller;
  uri: string;
  onUpdated: () => void;
}

/**
 * Tells of what a server behind the daemon has at an address, or once when the call behind it has ended: its result
 * is there. `undefined` where this caller has none such; nobody hears of another principal's.
 */
export async function watchResource(
  house: Pick<House, "operations" | "journal" | "reports" | "library">,
  watching: Watching,
): Promise<Disposable | undefined> {
  const { caller, uri, onUpdated } = watching;
  const server = serverPlaceOf(uri);
  if (server !== undefined) return await house.library.watch(caller, server, onUpdated);
  const place = placeOf(uri);
  if (place === undefined) return undefined;
  const over = new AbortController();
  const look = () => knownCall(house, { caller, signal: over.signal }, place.call);
  const view = await look();
  if (view === undefined) return undefined;
  const follow = async () => {
    using follower = new CallFollower(house.journal, { call: place.call, after: 0 });
    for (let isOver = isEnded(await look()); !isOver; ) {
      const { state } = await follower.next(over.signal);
      isOver = state === "ended" || (state === "missed" && isEnded(await look()));
    }
    onUpdated();
  };
  const failed = (error: unknown) => {
    // Whoever watched has gone: nobody is left to be told.
    if (!over.signal.aborted) refusalOf(error, house.reports, { place: "mcp", trace: "" });
  };
  if (!isEnded(view)) follow().catch(failed);
  return { [Symbol.dispose]: () => over.abort(new Cancelled("caller")) };
}

/** One that is not kept any more has ended. */
function isEnded(view: CallView | undefined): boolean {
  return view === undefined || hasEnded(view.phase);
}
