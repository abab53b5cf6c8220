import { hostname } from "node:os";
import { SystemClock } from "../base/clock.ts";
import { SortableIds } from "../base/ids.ts";
import type { Additions } from "./additions.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import { type Core, openCore } from "./core.ts";
import type { Beginning } from "./ground.ts";
import { LiveSettings } from "./live-settings.ts";
import { openObservation } from "./observation.ts";

export interface RunningParts {
  loaded: LoadedSettings;
  version: string;
  /** Reads the settings anew, for `exai reload`. */
  readSettings: () => LoadedSettings;
  /** What tests' own entries add. */
  additions?: Additions;
}

/** Why it ended: somebody asked for it, or its store was lost. */
export type Ended = "asked" | "store-lost";

/** A core that somebody serves. */
export interface Running extends AsyncDisposable {
  /** Begins the stop: lets running calls finish, or ends them now. `stopped` resolves when everything is closed. */
  stop(mode: "drain" | "now"): void;
  readonly stopped: Promise<Ended>;
  /** Tells the log of what should not have happened, where no part of it could. */
  bug(error: unknown): void;
}

/** Of what loading and recovering took of the event loop, the first calls are not refused as too many. */
async function begun<T>({ load }: Pick<Core, "load">, serve: () => Promise<T>): Promise<T> {
  using _late = load.lateForAReason();
  return await serve();
}

/**
 * Starts a core, part after part, and then what serves it, which answers where it is reached; what fails is named and
 * undoes what had started. Commands of an earlier start are ended and its calls taken over before anybody is let in.
 */
export async function openRunning<Serving extends { address: string }>(
  { loaded, version, readSettings, additions = {} }: RunningParts,
  serve: (beginning: Beginning, core: Core) => Promise<Serving>,
): Promise<{ serving: Serving; running: Running }> {
  const { settings } = loaded;
  const clock = new SystemClock();
  const ids = new SortableIds(clock);
  const { observation, lifecycle } = await openObservation({ loaded, version });
  const stopping = Promise.withResolvers<"drain" | "now">();
  let ended: Ended = "asked";
  const onStoreLost = (cause: unknown) => {
    ended = "store-lost";
    observation.telemetry.storeLost(cause);
    stopping.resolve("now");
  };
  const live = new LiveSettings({ loaded, readSettings, log: observation.log });
  const current = () => live.current;
  const ways = { clock, ids, lifecycle, observation, onStoreLost, additions };
  const base = { settings, current, ...ways, version, node: hostname() };
  let address = "";
  const core = await openCore(base, {
    stop: stopping.resolve,
    reload: async () => live.reload(),
    address: () => address,
    perDay: () => live.perDay(),
  });
  const serving = await begun(core, () => serve(base, core));
  address = serving.address;
  const stopped = stopping.promise.then(async (mode) => {
    await core.calls.drain(mode === "drain" ? live.current.drainMs : 0);
    await lifecycle[Symbol.asyncDispose]();
    return ended;
  });
  const dispose = async () => {
    stopping.resolve("drain");
    await stopped;
  };
  const bug = (error: unknown) => observation.telemetry.bug(error, { place: "daemon", trace: "" });
  return { serving, running: { stop: stopping.resolve, stopped, bug, [Symbol.asyncDispose]: dispose } };
}
