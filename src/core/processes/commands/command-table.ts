import { Fault } from "../../../protocol/fault.ts";
import type { NamedCommand } from "./command.ts";
import { type ExecutingFacts, needsConfinement } from "./executing.ts";
import type { Identity, Paths } from "./paths.ts";

/** A named command whose program was found at the start. */
export interface ReadyCommand {
  command: NamedCommand;
  /** Absolute; whatever lies there later must be the same file. */
  program: string;
  identity: Identity;
}

/** A named command that nobody can run, and why. */
export interface AbsentCommand {
  command: NamedCommand;
  state: "missing" | "refused";
  reason: string;
}

/** What to run for a name: a command of the table, or a program that the settings list, whatever its arguments. */
export type Chosen = { kind: "named"; entry: ReadyCommand; listed: boolean } | { kind: "listed" };

export interface CommandTableParts {
  /** Of the settings; they stand in the place of usual ones of the same id. */
  own: readonly NamedCommand[];
  /** Of the catalogue. */
  usual: readonly NamedCommand[];
  executing: ExecutingFacts;
  /** `EXAI_EXEC_ALLOW`: bare names, absolute paths, or `*`. */
  allow: readonly string[];
  /** Directories, `:` between them. */
  path: string;
  find: (name: string, path: string) => Promise<string | undefined>;
  paths: Pick<Paths, "identify">;
}

interface Entry {
  found: ReadyCommand | AbsentCommand;
  isOwn: boolean;
  /** A program of this very name is there, which the settings may list. */
  isProgram: boolean;
}

/** Looks every program up once. A command that is not there, or that is refused, is told and stops nothing. */
export async function openCommandTable(parts: CommandTableParts): Promise<CommandTable> {
  const own = new Set(parts.own.map(({ id }) => id));
  const all = [...parts.own, ...parts.usual.filter(({ id }) => !own.has(id))];
  const entries = await Promise.all(
    all.map(async (command): Promise<[string, Entry]> => {
      const isProgram = (await parts.find(command.id, parts.path)) !== undefined;
      return [command.id, { found: await lookUp(parts, command), isOwn: own.has(command.id), isProgram }];
    }),
  );
  return new CommandTable(new Map(entries), parts.allow);
}

/** Which commands there are, by id, as they were found at the start. */
export class CommandTable {
  readonly #entries: ReadonlyMap<string, Entry>;
  /** What the settings list beside them. */
  readonly allow: readonly string[];

  constructor(entries: ReadonlyMap<string, Entry>, allow: readonly string[]) {
    this.#entries = entries;
    this.allow = allow;
  }

  /** Those that their id leads to. */
  list(): (ReadyCommand | AbsentCommand)[] {
    const chosen = [...this.#entries].filter(([id, entry]) => !this.#isShadowed(entry, id));
    return chosen.map(([, { found }]) => found);
  }

  /** Whether the settings list this name, or any. */
  lists(name: string): boolean {
    return this.allow.includes("*") || this.allow.includes(name);
  }

  /** The longest that a run of this name may take; `Infinity` where its entry does not say. */
  wallMs(name: string): number {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isShadowed(entry, name)) return Number.POSITIVE_INFINITY;
    return entry.found.command.limits.wallMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * A command of the settings comes before what `EXAI_EXEC_ALLOW` lists, and that before a usual one. Refuses with
   * `process.refused` or `process.not-started` where the command of this name cannot be run.
   */
  choose(name: string): Chosen {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isShadowed(entry, name)) return { kind: "listed" };
    const { found } = entry;
    if (!("state" in found)) return { kind: "named", entry: found, listed: this.lists(name) };
    const code = found.state === "missing" ? "process.not-started" : "process.refused";
    throw new Fault(code, `Cannot run ${name}: ${found.reason}`, { facts: { command: name, reason: found.reason } });
  }

  /** The settings list the program of this name, whatever its arguments. */
  #isShadowed({ isOwn, isProgram }: Entry, name: string): boolean {
    return !isOwn && isProgram && this.lists(name);
  }
}

async function lookUp(parts: CommandTableParts, command: NamedCommand): Promise<ReadyCommand | AbsentCommand> {
  const objection = command.least === "C" ? needsConfinement(command, parts.executing) : undefined;
  if (objection !== undefined) {
    const reason = `${objection}, expected "least": "B" beside it, or fewer arguments`;
    return { command, state: "refused", reason };
  }
  const isPath = command.program.startsWith("/");
  const program = isPath ? command.program : await parts.find(command.program, parts.path);
  if (program === undefined)
    return { command, state: "missing", reason: `no program ${command.program} in ${parts.path}` };
  try {
    return { command, program, identity: await parts.paths.identify(program) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { command, state: "missing", reason: error.message };
  }
}
