import { alike, nearest } from "../../base/nearest.ts";
import type { CommandTable } from "../../core/processes/commands/command-table.ts";
import type { ProcessHost } from "../../core/processes/process-host.ts";
import { Fault } from "../../protocol/fault.ts";

const mostNear = 3;

export interface ListedParts {
  processes: Pick<ProcessHost, "find">;
  commands: CommandTable;
  /** Directories, `:` between them. */
  path: string;
}

/** The absolute path of a program that the settings allow. A name is searched along the fixed path alone. */
export async function listedProgram({ processes, commands, path }: ListedParts, name: string): Promise<string> {
  const isPath = name.startsWith("/");
  if (!isPath && (name === "" || name.includes("/")))
    throw refused(name, "it is neither a bare name nor an absolute path");
  const allowed = commands.lists(name);
  if (isPath) {
    if (!allowed) throw refused(name, "EXAI_EXEC_ALLOW does not list it");
    return name;
  }
  const found = await processes.find(name, path);
  if (!allowed && (found === undefined || !commands.allow.includes(found)))
    throw refused(name, "EXAI_EXEC_ALLOW does not list it, and no command has this name", nearTo(name, commands));
  if (found === undefined) throw missing(name, path);
  return found;
}

function nearTo(name: string, commands: CommandTable): string[] {
  const names = [...commands.list().map(({ command }) => command.id), ...commands.allow];
  return nearest(name, new Set(names), { most: mostNear, share: alike });
}

function refused(program: string, why: string, near: readonly string[] = []): Fault {
  const expected = [...near, "a program that EXAI_EXEC_ALLOW lists"].join(", ");
  const message = `Cannot run ${JSON.stringify(program)}: ${why}, expected ${expected}`;
  const facts = { program, setting: "EXAI_EXEC_ALLOW", ...(near.length > 0 && { near }) };
  return new Fault("process.refused", message, { facts });
}

function missing(program: string, path: string): Fault {
  return new Fault("process.not-started", `Cannot run ${program}: no such program in ${path}`, {
    facts: { program, path },
  });
}
