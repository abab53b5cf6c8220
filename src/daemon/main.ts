import type { Writable } from "node:stream";
import { collectGarbage } from "../adapters/machine/collect-garbage.ts";
import { StopSignals } from "../base/stop-signals.ts";
import { Fault } from "../protocol/fault.ts";
import { announce } from "./announcement.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import { type Daemon, openDaemon } from "./daemon.ts";
import { StartFailed } from "./lifecycle.ts";
import { readSettings } from "./read-settings.ts";
import { unheard } from "./unheard.ts";

export interface MainParts {
  env: Readonly<Record<string, string | undefined>>;
  version: string;
  /** How one calls the command line of this daemon. */
  command: string;
  stdout: Writable;
  stderr: Writable;
  /** Told once it listens, before it says so. */
  onReady?: () => void;
}

/**
 * Runs a daemon until it is told to stop, and answers the exit code: 0 after a drain, 1 where a part could not
 * start, the store was lost or a second signal came, 2 where the settings are wrong.
 */
export async function main(parts: MainParts): Promise<number> {
  const told = (code: number, text: string) => {
    parts.stderr.write(`${text}\n`);
    return code;
  };
  try {
    return await run(parts);
  } catch (error) {
    if (error instanceof Fault && error.code === "config.invalid") return told(2, error.message);
    if (error instanceof StartFailed) return told(1, startFailure(error));
    throw error;
  }
}

async function run(parts: MainParts): Promise<number> {
  const loaded = readSettings(parts.env);
  for (const notice of loaded.notices) parts.stderr.write(`${notice}\n`);
  // A signal that comes before there is a daemon is obeyed as soon as there is one.
  const asked = Promise.withResolvers<"drain">();
  using _signals = new StopSignals({
    onFirst: (signal) => {
      parts.stderr.write(`${signal}: ending; once more ends at once\n`);
      asked.resolve("drain");
    },
    onSecond: () => process.exit(1),
  });
  const startedAt = Date.now();
  const { version } = parts;
  await using daemon = await openDaemon({ loaded, version, readSettings: () => readSettings(parts.env) });
  using _unheard = unheard((error) => daemon.bug(error));
  collectGarbage();
  parts.onReady?.();
  const { host, port } = daemon;
  const said = { pid: process.pid, scheme: schemeOf(loaded), host, port, version, startedAt };
  await using _announced = await announce(loaded.settings.home, said);
  parts.stdout.write(welcome({ ...parts, daemon, loaded }));
  void asked.promise.then((mode) => daemon.stop(mode));
  return (await daemon.stopped) === "asked" ? 0 : 1;
}

/** The part and its reason; the code of a fault, so that whoever waits for the start can tell. */
function startFailure({ message, cause }: StartFailed): string {
  return cause instanceof Fault ? `${message} (${cause.code})` : message;
}

function welcome({ command, daemon, loaded, version }: MainParts & { daemon: Daemon; loaded: LoadedSettings }): string {
  const { home, ownerTokenFile, tools } = loaded.settings;
  const url = urlOf(daemon, loaded);
  const program = tools.commands.find((name) => name === "git") ?? tools.commands[0];
  const second = program === undefined ? "commands" : `exec -- ${program === "*" ? "date" : program} --version`;
  return [
    `exai ${version} listens on ${url}`,
    `  data   ${home}`,
    `  token  ${ownerTokenFile}`,
    `  try    ${command} call echo --input '{"text":"hello"}'`,
    `         ${command} ${second}`,
    `         curl -H "Authorization: Bearer $(cat ${ownerTokenFile})" ${url}/api/v1/status`,
    "",
  ].join("\n");
}

function urlOf({ host, port }: Daemon, loaded: LoadedSettings): string {
  return `${schemeOf(loaded)}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function schemeOf({ settings }: LoadedSettings): "http" | "https" {
  return settings.listen.tls === undefined ? "http" : "https";
}
