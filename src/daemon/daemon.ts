import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";
import { openRunning, type Running, type RunningParts } from "./running.ts";
import { openServing } from "./serving.ts";
import type { Status } from "./status.ts";
import type { Logger } from "./telemetry/logger.ts";

/** A daemon that listens. */
export interface Daemon extends Running {
  readonly host: string;
  readonly port: number;
}

/** Starts a daemon; it listens when this resolves. */
export async function openDaemon(parts: RunningParts): Promise<Daemon> {
  const { serving, running } = await openRunning(parts, listen);
  return { ...running, host: serving.host, port: serving.port };
}

async function listen(beginning: Beginning, core: Core): Promise<{ host: string; port: number; address: string }> {
  const { settings, observation, version } = beginning;
  const { host, port } = await openServing(beginning, core);
  tellAbsences(core.status, observation.log);
  observation.log.info({ host, port, recovered: core.recovered, version }, "listening");
  return { host, port, address: `${settings.listen.tls === undefined ? "http" : "https"}://${host}:${port}` };
}

/** A daemon without all that was asked for runs; what is missing is said at its start. */
function tellAbsences(status: Status, log: Logger): void {
  for (const { name, reason } of status.missing()) log.warn({ tool: name, reason }, "a tool is missing");
  for (const { name, ready, reason } of status.providers())
    if (!ready) log.info({ provider: name, reason }, "a provider is not ready");
}
