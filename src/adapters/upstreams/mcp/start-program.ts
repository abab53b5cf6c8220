import { join } from "node:path";
import type { Paths } from "../../../core/processes/commands/paths.ts";
import type { Child, ProcessHost, ProcessLimits, Way } from "../../../core/processes/process-host.ts";
import type { ProgramServer } from "../../../core/upstreams/server.ts";
import type { UpstreamUser } from "../../../core/upstreams/upstream.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";

/** A directory, held open so that nobody exchanges it on the way. */
export type Held = { readonly path: string; readonly handle?: string } & AsyncDisposable;

export interface ProgramParts {
  processes: Pick<ProcessHost, "confinement" | "find" | "start">;
  paths: Pick<Paths, "isDirectory">;
  /** Opens a directory that lies in one of the roots. */
  hold: (roots: readonly string[], path: string, signal: AbortSignal) => Promise<Held>;
  /** Under which it is marked and recorded: no call's, since it outlives calls. */
  newId: () => string;
  /** Where bare names are found; also its own `PATH`. */
  path: string;
  /** Its `HOME`. */
  home: string;
  /** No program runs in a worse way; absent, what nothing confines is for the owner alone. */
  leastWay: Way | undefined;
}

export interface Starting {
  server: ProgramServer & { name: string };
  user: UpstreamUser;
  env: Readonly<Record<string, string>>;
}

/** Starts a server as commands are started: confined, recorded, and so that nothing of it outlives the daemon. */
export async function startProgram(parts: ProgramParts, starting: Starting, signal: AbortSignal): Promise<Child> {
  const { server, user } = starting;
  const env = { PATH: parts.path, HOME: parts.home, LANG: "C.UTF-8", TERM: "dumb", ...starting.env };
  const program = await found(parts, server, env.PATH);
  const roots = server.roots === undefined ? user.roots : within(server.roots, user.roots);
  const directories = await directoriesOf(parts, server);
  const places = [...roots, ...directories];
  const wanted = server.cwd ?? places[0];
  if (wanted === undefined)
    throw notStarted(server, 'its user has no root, expected one to work in, or "directories" in its entry');
  // What the operator names is nobody's to exchange; what lies in a user's roots is held.
  const isOperators = directories.some((each) => isIn(wanted, each));
  const free: Held = { path: wanted, async [Symbol.asyncDispose]() {} };
  await using place = isOperators ? free : await parts.hold(roots, wanted, signal);
  return await parts.processes.start(
    {
      call: parts.newId() as CallId,
      argv: [program, ...server.args],
      cwd: place.path,
      ...(place.handle !== undefined && { cwdHandle: place.handle }),
      env,
      limits: limitsOf(server),
      reach: { roots: places, network: server.network },
    },
    signal,
  );
}

async function found(
  { processes }: ProgramParts,
  server: ProgramServer & { name: string },
  path: string,
): Promise<string> {
  const { command } = server;
  if (command.startsWith("/")) return command;
  const program = await processes.find(command, path);
  if (program === undefined) throw notStarted(server, `there is no ${command} in ${path}`);
  return program;
}

/** One that is not there is not made. */
async function directoriesOf({ paths, home }: ProgramParts, { directories }: ProgramServer): Promise<string[]> {
  const absolute = directories.map((each) => (each.startsWith("~/") ? join(home, each.slice(2)) : each));
  const there = await Promise.all(absolute.map((each) => paths.isDirectory(each)));
  return absolute.filter((_, at) => there[at]);
}

function limitsOf({ limits }: ProgramServer): ProcessLimits {
  const { memoryBytes, processes, fileBytes, openFiles } = limits;
  return {
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(processes !== undefined && { processes }),
    ...(fileBytes !== undefined && { fileBytes }),
    ...(openFiles !== undefined && { openFiles }),
  };
}

function within(some: readonly string[], others: readonly string[]): string[] {
  const inner = some.filter((each) => others.some((outer) => isIn(each, outer)));
  return [...inner, ...others.filter((each) => !inner.includes(each) && some.some((outer) => isIn(each, outer)))];
}

function isIn(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}

function notStarted({ name }: { name: string }, why: string): Fault {
  return new Fault("upstream.unavailable", `Cannot start ${name}: ${why}`, { facts: { server: name } });
}
