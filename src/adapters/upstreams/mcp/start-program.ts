import { isInside } from "../../../base/is-inside.ts";
import type { Paths } from "../../../core/processes/commands/paths.ts";
import { placesOf, plainEnvironment, processLimits } from "../../../core/processes/confined-program.ts";
import type { Child, ProcessHost, Way } from "../../../core/processes/process-host.ts";
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
  const env = { ...plainEnvironment(parts), ...starting.env };
  const program = await found(parts, server, env.PATH);
  const { workRoots, directories, reach } = await placesOf(server, user.roots, parts);
  const wanted = server.cwd ?? reach.roots[0];
  if (wanted === undefined)
    throw notStarted(server, 'its user has no root, expected one to work in, or "directories" in its entry');
  // What the operator names is nobody's to exchange; what lies in a user's roots is held.
  const isOperators = isInside(wanted, directories);
  const free: Held = { path: wanted, async [Symbol.asyncDispose]() {} };
  await using place = isOperators ? free : await parts.hold(workRoots, wanted, signal);
  return await parts.processes.start(
    {
      call: parts.newId() as CallId,
      argv: [program, ...server.args],
      cwd: place.path,
      ...(place.handle !== undefined && { cwdHandle: place.handle }),
      env,
      limits: processLimits(server.limits),
      reach,
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

function notStarted({ name }: { name: string }, why: string): Fault {
  return new Fault("upstream.unavailable", `Cannot start ${name}: ${why}`, { facts: { server: name } });
}
