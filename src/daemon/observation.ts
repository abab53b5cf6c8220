import { join } from "node:path";
import type { Tracer } from "../core/calls/watch.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { keepLogs, LogFile } from "./telemetry/log-file.ts";
import { type Logger, type LogLevel, openLogger } from "./telemetry/logger.ts";
import { Metrics, type Reading } from "./telemetry/metrics.ts";
import { scrubber } from "./telemetry/scrub.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { openTracer } from "./telemetry/tracing.ts";

/** Where everything that happens is told. */
export interface Observation {
  log: Logger;
  metrics: Metrics;
  telemetry: Telemetry;
  tracer: Tracer;
  /** What the metrics read at a scrape; set once the parts that know it are there. */
  reading: { read: () => Promise<Reading> };
}

const nothingYet: Reading = {
  permits: {},
  phases: {},
  sessions: { known: 0, connected: 0 },
  connections: { http: 0, websocket: 0 },
  followed: 0,
  storedBytes: 0,
};

export async function openObservation(parts: {
  loaded: LoadedSettings;
  version: string;
  lifecycle: Lifecycle;
}): Promise<Observation> {
  const { settings, notices } = parts.loaded;
  const scrub = scrubber(secretsOf(parts.loaded));
  const folder = join(settings.home, "logs");
  const reading = { read: async () => nothingYet };
  const metrics = await parts.lifecycle.start("the metrics", () => new Metrics({ read: () => reading.read() }));
  // A log that cannot be written is counted, and not logged.
  const onLost = () => metrics.swallowed("log");
  const sink = await parts.lifecycle.start("the log", () => new LogFile({ folder, keeping: keepLogs, onLost }));
  const log = openLogger({ level: settings.logLevel as LogLevel, sink, scrub });
  for (const notice of notices) log.warn({ notice }, "a setting that does nothing");
  const telemetry = new Telemetry({ log, metrics });
  const endpoint = settings.traceEndpoint === undefined ? {} : { endpoint: settings.traceEndpoint };
  const onUnsent = (error: unknown) => telemetry.swallowed("tracing", error);
  const open = () => openTracer({ ...endpoint, version: parts.version, scrub, onLost: onUnsent });
  const tracer = await parts.lifecycle.start("tracing", open);
  return { log, metrics, telemetry, tracer, reading };
}

/** The texts that must not appear anywhere, whatever their shape. */
function secretsOf({ settings }: LoadedSettings): string[] {
  const keys = Object.values(settings.providers).map(({ apiKey }) => apiKey?.reveal());
  return [settings.ownToken?.reveal(), settings.store.databaseUrl?.reveal(), ...keys].filter(
    (text) => text !== undefined,
  );
}
