import { join } from "node:path";
import { IdleMemory } from "../adapters/machine/idle-memory.ts";
import { MachineLoad } from "../adapters/machine/machine-load.ts";
import { openSpoolOutputLog } from "../adapters/output/spool/spool-output-log.ts";
import { capsWithin } from "../adapters/output/spool/usage.ts";
import { openLinkedProcessHost } from "../adapters/processes/supervised/linked-process-host.ts";
import type { WaySettings } from "../adapters/processes/supervised/ways/find-way.ts";
import { Arbiter } from "../core/admission/arbiter.ts";
import { Pressure } from "../core/admission/pressure.ts";
import { Rates } from "../core/admission/rates.ts";
import { Presences } from "../core/calls/presence.ts";
import type { OutputLog } from "../core/processes/output-log.ts";
import type { ProcessHost } from "../core/processes/process-host.ts";
import { slotsOf } from "../tools/upstream/upstream-tool.ts";
import type { LivePart, Settings } from "./config/settings.ts";
import type { Beginning, Ground } from "./ground.ts";

/** What calls run on: processes and their output, permits, rates, the load. */
export interface Machinery {
  processes: ProcessHost;
  outputs: OutputLog;
  load: MachineLoad;
  pressure: Pressure;
  admission: Arbiter;
  presences: Presences;
  rates: Rates;
}

const waiting = { waitMs: 60_000, maxWaitingPerPrincipal: 1000, maxWaiting: 10_000 };
const rateLimits = { perSecond: { starts: 50, requests: 200 }, connections: 16 };
const commandsPerPrincipal = 4;

/** Whatever an earlier start left running is ended here, before anybody is let in. */
export async function openMachinery(beginning: Beginning, { journal }: Ground): Promise<Machinery> {
  const { settings, clock, lifecycle, observation } = beginning;
  const folder = (name: string) => join(settings.home, name);
  const processes = await lifecycle.start("the process host", () =>
    openLinkedProcessHost({ folder: folder("processes"), clock, ...waysOf(settings) }),
  );
  const reaped = await lifecycle.step("the end of earlier commands", () => processes.reap());
  if (reaped > 0) observation.log.warn({ reaped }, "ended processes of an earlier start");
  const outputs = await lifecycle.start("the output log", () =>
    // Half of it is left to the store, so that no output pushes out the calls of others.
    openSpoolOutputLog({ folder: folder("output"), clock, caps: capsWithin(settings.store.maxBytes / 2) }),
  );
  const load = await lifecycle.start("the reading of the load", () => new MachineLoad({ clock }));
  const pressure = await lifecycle.start("the watch over the load", () => {
    const { overloadLateMs: lateMs } = settings;
    return new Pressure({ clock, lateMs, read: () => load.read(), onHigh: () => journal.forget() });
  });
  await lifecycle.start("the care for idle memory", () => new IdleMemory({ clock }));
  const presences = await lifecycle.start("the presences", () => {
    return new Presences({ clock, graceMs: settings.sessions.disconnectGraceMs });
  });
  const passing = (provider: string) => slotsOfUpstream(beginning.current(), provider);
  const admission = new Arbiter({ clock, limits: { ...limitsOf(settings), passing } });
  return { processes, outputs, load, pressure, admission, presences, rates: new Rates({ clock, ...rateLimits }) };
}

const ways = ["A", "B", "C"] as const;

function waysOf({ home, confinement: { way, readable, account } }: Settings): Omit<WaySettings, "folder"> {
  return {
    hidden: [home],
    readable,
    ...(way && { among: ways.slice(ways.indexOf(way)) }),
    ...(account && { account }),
  };
}

function limitsOf({
  inflight,
  agentRuns: agentRunsPerPrincipal,
  providers,
  providerMaxInflight: defaultProvider,
}: Settings): ConstructorParameters<typeof Arbiter>[0]["limits"] {
  const slots = Object.entries(providers).flatMap(([name, { maxInflight }]) =>
    maxInflight === undefined ? [] : [[name, maxInflight] as const],
  );
  const perPrincipal = { commandsPerPrincipal, agentRunsPerPrincipal };
  return {
    ...inflight,
    ...waiting,
    ...perPrincipal,
    defaultProvider,
    providers: Object.fromEntries(slots),
  };
}

function slotsOfUpstream({ tools }: LivePart, provider: string): number | undefined {
  return tools.upstreams.find(({ name }) => slotsOf(name) === provider)?.calls;
}
