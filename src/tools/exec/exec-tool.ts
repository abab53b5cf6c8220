import { resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Presences } from "../../core/calls/presence.ts";
import type { CallContext, Feedable, Owner, Pausable } from "../../core/calls/work.ts";
import type { ApartRepositories, ApartRepository } from "../../core/evidence/changes/apart-repositories.ts";
import type { RunningCommand, RunningCommands } from "../../core/processes/commands/running.ts";
import { processLimits } from "../../core/processes/confined-program.ts";
import type { OpenLog, OutputLog } from "../../core/processes/output-log.ts";
import type { Child, ProcessHost } from "../../core/processes/process-host.ts";
import { mustAllowProgram } from "../../core/tenants/allowance.ts";
import { defineTool, type Tool } from "../../core/tools/tool.ts";
import { scopeOf } from "../../core/workspace/scope.ts";
import type { HeldDirectory, Workspace } from "../../core/workspace/workspace.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";
import { attend } from "./attend.ts";
import { giveInput } from "./give-input.ts";
import { type ExecInput, input, stdinOf } from "./input.ts";
import { described, lastOutput } from "./outcome.ts";
import { checkPlan, type Plan, type PlanParts, planCommand } from "./plan.ts";
import { Watch } from "./watch.ts";

export interface ExecParts extends PlanParts {
  processes: ProcessHost;
  outputs: OutputLog;
  workspace: Pick<Workspace, "directory">;
  repositories: Pick<ApartRepositories, "open">;
  running: RunningCommands;
  presences: Pick<Presences, "whenLeft">;
  clock: Clock;
  /** What a command shows to call back: its variables, until they are disposed. */
  credential: (context: CallContext) => { env: Readonly<Record<string, string>> } & Disposable;
}

/**
 * Runs a program without a shell. Its bytes go to the call's output log; an exit other than 0 is a call that
 * succeeded and tells the code. It is ended with the call: asked, given `graceMs`, killed with all its tree.
 */
export function execTool(parts: ExecParts): Tool {
  return defineTool({
    name: "exec",
    title: "Run a command",
    description: "Runs an allowed program in a directory inside the roots and answers its exit and last output.",
    version: "2",
    scope: "exec",
    lane: "command",
    idempotent: false,
    resumable: false,
    onDisconnect: "cancel",
    input,
    detaches: ({ detached }) => detached === true,
    timeoutMs: ({ argv, timeoutMs }, detached) => {
      const usual = detached ? Number.POSITIVE_INFINITY : parts.settings.timeoutMs;
      return Math.min(timeoutMs ?? usual, parts.commands.wallMs(argv[0] ?? ""));
    },
    run: (context, command) => runCommand(parts, context, command),
  });
}

async function runCommand(parts: ExecParts, context: CallContext, command: ExecInput): Promise<Result> {
  const { processes, outputs, clock } = parts;
  const { call, signal, owner } = context;
  mustAllowProgram(owner, command.argv[0] ?? "");
  const plan = await planCommand(parts, owner, command);
  await using place = await workingDirectory(parts, context, { cwd: command.cwd, roots: plan.workRoots });
  await checkPlan(plan, parts, place.path);
  await using repository = await repositoryAt(parts, context, { plan, place });
  using credential = parts.credential(context);
  // After a crash only what is on record as begun is not begun again.
  await context.flushed();
  signal.throwIfAborted();
  await using child = await start(parts, context, { command, plan, place, repository, env: credential.env });
  await using log = await outputs.open(logOf(context, command));
  const { way } = processes.confinement;
  context.emit("process.started", { program: plan.argv[0], stream: 0, confinement: way });
  using watch = new Watch({ command: plan.name, ...plan, child, clock });
  const shown = runningOf(plan, context, { cwd: place.path, startedAt: clock.wallMs(), confinement: way, child });
  using _running = parts.running.add(shown);
  using _starter = whenStarterLeft(parts, owner, () => log.waitForAnybody());
  using _pausable = context.pausable(pausing(child, watch, shown));
  const given = giveInput(child, plan.prompt, stdinOf(command));
  // Whoever attends is told of its failure.
  given.catch(() => {});
  using _feedable = context.feedable(feeding(child, command, given));
  const onEnding = () => {
    shown.state = "ending";
  };
  const attended = { child, log, command, plan, given, watch, signal, graceMs: parts.settings.graceMs, onEnding };
  const { exit, failure } = await attend(attended);
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

async function start(
  { processes }: ExecParts,
  { call, signal }: CallContext,
  made: {
    command: ExecInput;
    plan: Plan;
    place: HeldDirectory;
    repository: ApartRepository | undefined;
    env: Readonly<Record<string, string>>;
  },
): Promise<Child> {
  const { command, plan, place, repository } = made;
  const { argv, reach, limits } = plan;
  return await processes.start(
    {
      call,
      argv,
      cwd: place.path,
      ...(place.handle === undefined ? {} : { cwdHandle: place.handle }),
      env: { ...plan.env, ...repository?.env, ...made.env },
      ...(command.tty === undefined ? {} : { tty: command.tty }),
      limits: processLimits(limits),
      reach: { ...reach, roots: [...reach.roots, ...(repository?.roots ?? [])] },
    },
    signal,
  );
}

function runningOf(
  { name, argv }: Plan,
  { call, owner }: CallContext,
  started: Pick<RunningCommand, "cwd" | "startedAt" | "confinement" | "child">,
): RunningCommand {
  return { call, principal: owner.principal, command: name, argv, ...started, state: "running" };
}

function pausing(child: Child, watch: Watch, shown: RunningCommand): Pausable {
  return {
    async pause() {
      watch.paused();
      shown.state = "paused";
      await child.pause();
    },
    async resume() {
      await child.resume();
      shown.state = "running";
      watch.resumed();
    },
  };
}

/** What the call was given goes first. */
function feeding(child: Child, { tty }: ExecInput, given: Promise<void>): Feedable {
  const fed: Feedable = {
    async input(bytes) {
      await given;
      await child.input(bytes);
    },
    async endInput() {
      await given;
      child.endInput();
    },
  };
  return tty === undefined ? fed : { ...fed, resize: (size) => child.resize(size) };
}

function logOf({ call, owner }: CallContext, { overflow }: ExecInput): OpenLog {
  const { principal, session } = owner;
  return { call, principal, overflow, ...(session !== undefined && { starter: session }) };
}

/** Whoever reads may read on in the place of a starter that does not come back. */
function whenStarterLeft({ presences }: ExecParts, { session }: Owner, listener: () => void): Disposable | undefined {
  return session === undefined ? undefined : presences.whenLeft({ session }, listener);
}

/** What git is shown in the place of the repository, where the plan says so. */
async function repositoryAt(
  { repositories }: ExecParts,
  { call, owner, signal }: CallContext,
  { plan, place }: { plan: Plan; place: HeldDirectory },
): Promise<ApartRepository | undefined> {
  if (plan.repository === "own") return undefined;
  const scope = { ...scopeOf(owner), roots: plan.workRoots };
  return await repositories.open({ call, scope, path: place.path }, signal);
}

/** Held open until the command has begun in it, so that nobody exchanges it on the way. */
async function workingDirectory(
  { workspace }: ExecParts,
  { owner, signal }: CallContext,
  { cwd, roots }: { cwd: string | undefined; roots: readonly string[] },
): Promise<HeldDirectory> {
  const scope = scopeOf(owner);
  if (scope.base !== undefined)
    return await workspace.directory({ ...scope, roots }, cwd ?? resolve(scope.base), signal);
  throw new Fault("workspace.outside", "Cannot run a command: this token has no root, expected one to work in");
}
