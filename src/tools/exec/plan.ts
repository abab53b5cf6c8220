import type { Owner } from "../../core/calls/work.ts";
import { checkPaths } from "../../core/processes/commands/check-paths.ts";
import type { CommandLimits, NamedCommand } from "../../core/processes/commands/command.ts";
import type { CommandTable, ReadyCommand } from "../../core/processes/commands/command-table.ts";
import { checkVariables } from "../../core/processes/commands/environment.ts";
import { chooseGrammar } from "../../core/processes/commands/grammar.ts";
import { type Circumstances, refusalOf, refusalOfAny } from "../../core/processes/commands/may-run.ts";
import type { Paths } from "../../core/processes/commands/paths.ts";
import { readArguments } from "../../core/processes/commands/read-arguments.ts";
import { placesOf, plainEnvironment } from "../../core/processes/confined-program.ts";
import type { ProcessHost, Reach, Way } from "../../core/processes/process-host.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ExecInput } from "./input.ts";
import { listedProgram } from "./listed-program.ts";

export interface ExecSettings {
  timeoutMs: number;
  /** Between asking a command to stop and killing it. */
  graceMs: number;
  /** Where bare names are looked for; also the command's own `PATH`. */
  path: string;
  /** Names of variables that callers may set besides the harmless ones, or `*`: `EXAI_EXEC_ENV`. */
  variables: readonly string[];
  /** The command's `HOME`: never a working directory, whose files would then be its configuration. */
  home: string;
  /** No command runs in a worse way. Absent, what nothing confines is for the owner alone: `EXAI_EXEC_MIN_CONFINEMENT`. */
  leastWay: Way | undefined;
  /** Directories that no path of a command may lead into. */
  forbidden: readonly string[];
  /** The daemon's own variable of this name, for commands whose entry passes it on. */
  variable: (name: string) => string | undefined;
}

export interface PlanParts {
  processes: Pick<ProcessHost, "confinement" | "find">;
  commands: CommandTable;
  paths: Paths;
  settings: ExecSettings;
}

/** A command line that may run, except for the paths in it, which need to know where it runs. */
export interface Plan {
  /** As it is told: a named command, or the program that was asked for. */
  name: string;
  argv: [string, ...string[]];
  /** Paths among its arguments, not looked at yet. */
  paths: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Goes before the standard input. */
  prompt: string;
  limits: CommandLimits;
  /** Where it may work, and where its paths may lead. */
  workRoots: readonly string[];
  reach: Reach;
  /** How git is shown the repository around its working directory. */
  repository: NamedCommand["repository"];
  loginFailure: readonly RegExp[];
}

/** Refuses a name that no command line of this owner can begin with: `process.refused`, `process.not-started`. */
export async function checkProgram(
  parts: Omit<PlanParts, "paths">,
  owner: Pick<Owner, "role">,
  name: string,
): Promise<void> {
  await chosenFor(parts, owner, name);
}

/** What will run, or the fault that says why not: `process.refused`, `process.not-started`. Nothing was started. */
export async function planCommand(parts: PlanParts, owner: Owner, given: ExecInput): Promise<Plan> {
  const { settings } = parts;
  const [name = "", ...rest] = given.argv;
  const chosen = await chosenFor(parts, owner, name);
  if (chosen.kind === "named") return await planNamed(parts, owner, { given, ...chosen });
  const { program } = chosen;
  checkVariables(given.env ?? {}, settings.variables);
  await parts.paths.identify(program);
  return {
    name,
    argv: [program, ...rest],
    paths: [],
    env: environment(settings, given),
    prompt: "",
    limits: limitsOf(given),
    workRoots: owner.roots,
    reach: { roots: owner.roots, network: false },
    repository: "own",
    loginFailure: [],
  };
}

/** Refuses the first path of the plan that leads out of where it may work. */
export async function checkPlan(plan: Plan, parts: PlanParts, cwd: string): Promise<void> {
  const { workRoots: roots } = plan;
  await checkPaths(plan.paths, { cwd, roots, forbidden: parts.settings.forbidden, paths: parts.paths });
}

/** What a name leads to: a command that this owner may run, or the file of a program that the settings allow. */
async function chosenFor(parts: Omit<PlanParts, "paths">, owner: Pick<Owner, "role">, name: string) {
  const { settings, commands } = parts;
  const circumstances = circumstancesOf(parts, owner);
  refuse(refusalOfAny(circumstances));
  const chosen = commands.choose(name);
  if (chosen.kind === "listed")
    return { ...chosen, program: await listedProgram({ ...parts, path: settings.path }, name) };
  refuse(refusalOf(chosen.entry.command, circumstances, chosen.listed ? "listed" : "unlisted"));
  return chosen;
}

async function planNamed(
  parts: PlanParts,
  owner: Owner,
  { given, entry }: { given: ExecInput; entry: ReadyCommand },
): Promise<Plan> {
  const { settings } = parts;
  const { command, program } = entry;
  const { grammar, given: left } = chooseGrammar(command, given.argv.slice(1));
  const { argv, paths } = readArguments(grammar.name, grammar.rules, left);
  checkVariables(given.env ?? {}, [...settings.variables, ...command.variables]);
  await mustBeTheSame(entry, parts.paths);
  const passed = command.pass.flatMap((name) => {
    const value = settings.variable(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const { workRoots, reach } = await placesOf(command, owner.roots, { home: settings.home, paths: parts.paths });
  return {
    name: grammar.name,
    argv: [program, ...argv],
    paths,
    env: { ...environment(settings, given), ...command.env, ...Object.fromEntries(passed) },
    prompt: grammar.prompt,
    limits: limitsOf(given, command.limits),
    workRoots,
    reach,
    repository: grammar.repository,
    loginFailure: command.loginFailure.map((pattern) => new RegExp(pattern)),
  };
}

function circumstancesOf(
  { processes, settings }: Omit<PlanParts, "paths">,
  { role }: Pick<Owner, "role">,
): Circumstances {
  return { role, way: processes.confinement.way, leastWay: settings.leastWay };
}

function refuse(refusal: Fault | undefined): void {
  if (refusal !== undefined) throw refusal;
}

async function mustBeTheSame({ command, program, identity }: ReadyCommand, paths: Paths): Promise<void> {
  const { device, inode } = await paths.identify(program);
  if (device === identity.device && inode === identity.inode) return;
  const message = `Cannot run ${command.id}: another file lies at ${program} than at the daemon's start, expected the same or a restart`;
  throw new Fault("process.refused", message, { facts: { command: command.id, program, changed: true } });
}

function environment(settings: ExecSettings, { env, tty }: ExecInput): Record<string, string> {
  return { ...plainEnvironment(settings, tty === undefined ? "dumb" : "xterm-256color"), ...env };
}

/** The less of what the caller and the entry say. */
function limitsOf({ idleMs }: ExecInput, limits: CommandLimits = {}): CommandLimits {
  const least = Math.min(idleMs ?? Number.POSITIVE_INFINITY, limits.idleMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(least) ? { ...limits, idleMs: least } : limits;
}
