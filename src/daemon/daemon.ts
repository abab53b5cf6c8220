import { hostname } from "node:os";
import { SystemClock } from "../base/clock.ts";
import { SortableIds } from "../base/ids.ts";
import type { Additions } from "./additions.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import { openCore } from "./core.ts";
import { LiveSettings } from "./live-settings.ts";
import { openObservation } from "./observation.ts";
import { openServing } from "./serving.ts";
import type { Status } from "./status.ts";
import type { Logger } from "./telemetry/logger.ts";

export interface DaemonParts {
  loaded: LoadedSettings;
  version: string;
  /** Reads the settings anew, for `exai reload`. */
  readSettings: () => LoadedSettings;
  /** What tests' own entries add. */
  additions?: Additions;
}

/** Why a daemon ended: somebody asked for it, or its store was lost. */
export type Ended = "asked" | "store-lost";

/** A daemon that listens. */
export interface Daemon extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Begins the stop: lets running calls finish, or ends them now. `stopped` resolves when everything is closed. */
  stop(mode: "drain" | "now"): void;
  readonly stopped: Promise<Ended>;
}

/**
 * Starts a daemon, part after part; what fails is named and undoes what had started. Commands of an earlier
 * start are ended and its calls taken over before anybody is let in.
 */
export async function openDaemon({ loaded, version, readSettings, additions = {} }: DaemonParts): Promise<Daemon> {
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
  const base = { settings, clock, ids, lifecycle, observation, version, node: hostname(), onStoreLost, additions };
  const live = new LiveSettings({ loaded, readSettings, log: observation.log });
  let url = "";
  const core = await openCore(base, {
    stop: stopping.resolve,
    reload: async () => live.reload(),
    address: () => url,
    perDay: () => live.perDay(),
  });
  const { host, port } = await openServing(base, core);
  url = `${settings.listen.tls === undefined ? "http" : "https"}://${host}:${port}`;
  tellAbsences(core.status, observation.log);
  observation.log.info({ host, port, recovered: core.recovered, version }, "listening");
  const stopped = stopping.promise.then(async (mode) => {
    await core.calls.drain(mode === "drain" ? live.settings.drainMs : 0);
    await lifecycle[Symbol.asyncDispose]();
    return ended;
  });
  return {
    host,
    port,
    stop: stopping.resolve,
    stopped,
    [Symbol.asyncDispose]: async () => {
      stopping.resolve("drain");
      await stopped;
    },
  };
}

/** A daemon without all that was asked for runs; what is missing is said at its start. */
function tellAbsences(status: Status, log: Logger): void {
  for (const { name, reason } of status.missing()) log.warn({ tool: name, reason }, "a tool is missing");
  for (const { name, ready, reason } of status.providers())
    if (!ready) log.info({ provider: name, reason }, "a provider is not ready");
}
