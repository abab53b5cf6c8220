import { join } from "node:path";
import type { Tracer } from "../core/calls/watch.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import { Lifecycle, StartFailed } from "./lifecycle.ts";
import { keepLogs, LogFile } from "./telemetry/log-file.ts";
import { type Logger, type LogLevel, openLogger } from "./telemetry/logger.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { scrubber } from "./telemetry/scrub.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { openTracer } from "./telemetry/tracing.ts";

/** Where everything that happens is told. */
export interface Observation {
  log: Logger;
  metrics: Metrics;
  telemetry: Telemetry;
  tracer: Tracer;
}

/**
 * Opens the log and the counters first, so that the lifecycle that closes everything in the end has somebody to
 * tell; it closes these last.
 */
export async function openObservation({
  loaded,
  version,
}: {
  loaded: LoadedSettings;
  version: string;
}): Promise<{ observation: Observation; lifecycle: Lifecycle }> {
  const { settings, notices } = loaded;
  const scrub = scrubber(secretsOf(loaded));
  // A log that cannot be written is counted, and not logged.
  const sink = openLogFile(join(settings.home, "logs"), () => metrics.swallowed("log"));
  const metrics = new Metrics();
  const log = openLogger({ level: settings.logLevel as LogLevel, sink, scrub });
  const telemetry = new Telemetry({ log, metrics });
  const lifecycle = new Lifecycle(telemetry);
  await lifecycle.start("the metrics", () => metrics);
  await lifecycle.start("the log", () => sink);
  for (const notice of notices) log.warn({ notice }, "a setting that does nothing");
  const endpoint = settings.traceEndpoint === undefined ? {} : { endpoint: settings.traceEndpoint };
  const onLost = (error: unknown) => telemetry.swallowed("tracing", error);
  const tracer = await lifecycle.start("tracing", () => openTracer({ ...endpoint, version, scrub, onLost }));
  return { observation: { log, metrics, telemetry, tracer }, lifecycle };
}

function openLogFile(folder: string, onLost: () => void): LogFile {
  try {
    return new LogFile({ folder, keeping: keepLogs, onLost });
  } catch (error) {
    throw new StartFailed("the log", error);
  }
}

/** The texts that must not appear anywhere, whatever their shape. */
function secretsOf({ settings }: LoadedSettings): string[] {
  const keys = Object.values(settings.providers).map(({ apiKey }) => apiKey?.reveal());
  return [settings.ownToken?.reveal(), settings.store.databaseUrl?.reveal(), ...keys].filter(
    (text) => text !== undefined,
  );
}
