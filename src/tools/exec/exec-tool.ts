import type { CallContext, Pausable } from "../../core/calls/work.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { Child, ProcessHost } from "../../core/processes/process-host.ts";
import { defineTool, type Tool } from "../../core/tools/tool.ts";
import { scopeOf } from "../../core/workspace/scope.ts";
import type { HeldDirectory, Workspace } from "../../core/workspace/workspace.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";
import { attend } from "./attend.ts";
import { type ExecInput, input } from "./input.ts";
import { described, lastOutput } from "./outcome.ts";

export interface ExecSettings {
  /** Bare names, absolute paths, or `*` for any program: `EXAI_EXEC_ALLOW`. */
  allow: readonly string[];
  timeoutMs: number;
  /** Between asking a command to stop and killing it. */
  graceMs: number;
  /** Where bare names are looked for; also the command's own `PATH`. */
  path: string;
  /** Names of variables that callers may set besides the harmless ones, or `*`: `EXAI_EXEC_ENV`. */
  variables: readonly string[];
  /** The command's `HOME`: never a working directory, whose files would then be its configuration. */
  home: string;
  /** Who may run what nothing confines: it has the daemon's own user and can read what it can. */
  unconfinedFor: "owner" | "everybody";
}

interface ExecParts {
  processes: ProcessHost;
  outputs: OutputLog;
  workspace: Pick<Workspace, "directory">;
  settings: ExecSettings;
  /** What a command shows to call back: its variables, until they are disposed. */
  credential: (context: CallContext) => { env: Readonly<Record<string, string>> } & Disposable;
}

/** Variables that no program takes code or files from. */
const harmlessVariable = /^(LC_[A-Z]+|LANG|LANGUAGE|TZ|TERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR|CI)$/;

/**
 * Runs a program without a shell. Its bytes go to the call's output log; an exit other than 0 is a call that
 * succeeded and tells the code. It is ended with the call: asked, given `graceMs`, killed with all its tree.
 */
export function execTool(parts: ExecParts): Tool {
  return defineTool({
    name: "exec",
    title: "Run a command",
    description: "Runs an allowed program in a directory inside the roots and answers its exit and last output.",
    version: "1",
    scope: "exec",
    lane: "command",
    idempotent: false,
    resumable: false,
    onDisconnect: "cancel",
    input,
    detaches: ({ detached }) => detached === true,
    timeoutMs: ({ timeoutMs }, detached) =>
      timeoutMs ?? (detached ? Number.POSITIVE_INFINITY : parts.settings.timeoutMs),
    run: (context, command) => runCommand(parts, context, command),
  });
}

async function runCommand(parts: ExecParts, context: CallContext, command: ExecInput): Promise<Result> {
  const { processes, outputs } = parts;
  const { call, signal, owner } = context;
  checkOwner(parts, context);
  const program = await allowedProgram(parts, command.argv[0] ?? "");
  await using place = await workingDirectory(parts.workspace, context, command.cwd ?? ".");
  using credential = parts.credential(context);
  checkVariables(parts.settings, command.env ?? {});
  const own = { PATH: parts.settings.path, HOME: parts.settings.home, LANG: "C.UTF-8", TERM: "dumb" };
  const env = { ...own, ...command.env, ...credential.env };
  const argv: [string, ...string[]] = [program, ...command.argv.slice(1)];
  const cwd = { cwd: place.path, ...(place.handle === undefined ? {} : { cwdHandle: place.handle }) };
  await using child = await processes.start(
    { call, argv, ...cwd, env, reach: { roots: owner.roots, network: false } },
    signal,
  );
  await using log = await outputs.open({ call, principal: owner.principal, overflow: command.overflow });
  context.emit("process.started", { program, stream: 0, confinement: processes.confinement.way });
  using _pausable = context.pausable(pausing(child));
  using _feedable = context.feedable(child);
  const { exit, failure } = await attend({ child, log, command, signal, graceMs: parts.settings.graceMs });
  const [sealed] = await Promise.allSettled([log.seal({ code: exit.code, signal: exit.signalNumber })]);
  const view = (await outputs.view(call)) ?? { base: 0, end: 0 };
  const { code, signal: endedBy, orphansKilled, drained } = exit;
  context.emit("process.exited", { code, signal: endedBy, length: view.end, orphansKilled, drained });
  if (failure !== undefined) throw failure.reason;
  if (sealed.status === "rejected") throw sealed.reason;
  return {
    content: `${described(exit, view)}\n${await lastOutput(outputs, call, view)}`,
    data: { code, signal: endedBy, length: view.end },
    links: [{ rel: "output", href: `/api/v1/calls/${call}/output`, bytes: view.end }],
  };
}

function pausing(child: Child): Pausable {
  return {
    async pause() {
      await child.pause();
    },
    async resume() {
      await child.resume();
    },
  };
}

function checkVariables({ variables }: ExecSettings, env: Readonly<Record<string, string>>): void {
  const isNamed = (name: string) => variables.includes(name) || (variables.includes("*") && !name.startsWith("EXAI_"));
  const isAllowed = (name: string) => harmlessVariable.test(name) || isNamed(name);
  const name = Object.keys(env).find((given) => !isAllowed(given));
  if (name === undefined) return;
  const message = `Cannot set ${name} for a command: programs take code from their environment, expected a name that EXAI_EXEC_ENV lists`;
  throw new Fault("process.refused", message, { facts: { name, setting: "EXAI_EXEC_ENV" } });
}

function checkOwner({ processes, settings }: ExecParts, { owner }: CallContext): void {
  if (owner.role === "owner" || settings.unconfinedFor === "everybody") return;
  const message = `Cannot run a command: here they are confined in way ${processes.confinement.way}, which keeps no secret of the daemon from them`;
  const setting = "EXAI_EXEC_MIN_CONFINEMENT";
  throw new Fault("process.refused", `${message}, expected the owner or ${setting}=C`, { facts: { setting } });
}

/** The absolute path of a program that the settings allow. A name is searched along the fixed path alone. */
async function allowedProgram({ processes, settings }: ExecParts, name: string): Promise<string> {
  const { allow, path } = settings;
  const isPath = name.startsWith("/");
  if (!isPath && (name === "" || name.includes("/")))
    throw refused(name, "it is neither a bare name nor an absolute path");
  const allowed = allow.includes("*") || allow.includes(name);
  if (isPath) {
    if (!allowed) throw refused(name, "EXAI_EXEC_ALLOW does not list it");
    return name;
  }
  const found = await processes.find(name, path);
  if (!allowed && (found === undefined || !allow.includes(found)))
    throw refused(name, "EXAI_EXEC_ALLOW does not list it");
  if (found === undefined) throw missing(name, path);
  return found;
}

/** Held open until the command has begun in it, so that nobody exchanges it on the way. */
async function workingDirectory(
  workspace: ExecParts["workspace"],
  { owner, signal }: CallContext,
  cwd: string,
): Promise<HeldDirectory> {
  const scope = scopeOf(owner);
  if (scope.base !== undefined) return await workspace.directory(scope, cwd, signal);
  throw new Fault("workspace.outside", "Cannot run a command: this token has no root, expected one to work in");
}

function refused(program: string, why: string): Fault {
  return new Fault(
    "process.refused",
    `Cannot run ${JSON.stringify(program)}: ${why}, expected a program that EXAI_EXEC_ALLOW lists`,
    {
      facts: { program, setting: "EXAI_EXEC_ALLOW" },
    },
  );
}

function missing(program: string, path: string): Fault {
  return new Fault("process.not-started", `Cannot run ${program}: no such program in ${path}`, {
    facts: { program, path },
  });
}
