import { Fault } from "../../protocol/fault.ts";
import type { PlanParts } from "./plan.ts";

/** The absolute path of a program that the settings allow. A name is searched along the fixed path alone. */
export async function listedProgram({ processes, commands, settings }: PlanParts, name: string): Promise<string> {
  const { path } = settings;
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
    throw refused(name, "EXAI_EXEC_ALLOW does not list it, and no command has this name");
  if (found === undefined) throw missing(name, path);
  return found;
}

function refused(program: string, why: string): Fault {
  const message = `Cannot run ${JSON.stringify(program)}: ${why}, expected a program that EXAI_EXEC_ALLOW lists`;
  return new Fault("process.refused", message, { facts: { program, setting: "EXAI_EXEC_ALLOW" } });
}

function missing(program: string, path: string): Fault {
  return new Fault("process.not-started", `Cannot run ${program}: no such program in ${path}`, {
    facts: { program, path },
  });
}
