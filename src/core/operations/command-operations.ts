import type { CommandView, ProcessView } from "../../protocol/command-views.ts";
import type { Fault } from "../../protocol/fault.ts";
import type { AbsentCommand, CommandTable, ReadyCommand } from "../processes/commands/command-table.ts";
import { type Circumstances, refusalOf, refusalOfAny } from "../processes/commands/may-run.ts";
import type { RunningCommand, RunningCommands } from "../processes/commands/running.ts";
import { usageOf } from "../processes/commands/usage.ts";
import type { ProcessHost, Way } from "../processes/process-host.ts";
import type { Caller } from "../tenants/caller.ts";
import { requireScope } from "../tenants/scopes.ts";
import type { Operations } from "./operations.ts";

export interface CommandOperationParts {
  commands: CommandTable;
  running: RunningCommands;
  processes: Pick<ProcessHost, "confinement">;
  /** As `EXAI_EXEC_MIN_CONFINEMENT` says. */
  leastWay: Way | undefined;
}

type CommandMethod = "command.list" | "process.list";

/** Which commands there are for a caller, and which run: their own, or all with `observe` where that is their part. */
export function commandOperations(parts: CommandOperationParts): Pick<Operations, CommandMethod> {
  const { commands, running, processes, leastWay } = parts;
  return {
    "command.list": async ({ caller }) => {
      requireScope(caller, "exec");
      const { way } = processes.confinement;
      const circumstances = { role: caller.role, way, leastWay };
      const named = commands.list().map((found) => namedView(commands, found, circumstances));
      return {
        commands: [...commands.allow.map((name) => listedView(name, circumstances)), ...named],
        confinement: way,
      };
    },
    "process.list": async ({ caller }) => {
      const seesAll = caller.scopes.has("observe") && caller.role !== "user";
      const seen = running.list().filter(({ principal }) => seesAll || principal === caller.principal);
      return { processes: await Promise.all(seen.map((command) => processView(command, caller))) };
    },
  };
}

function namedView(
  commands: CommandTable,
  found: ReadyCommand | AbsentCommand,
  circumstances: Circumstances,
): CommandView {
  const { id, title, least, network } = found.command;
  const view = { id, title, least, network, usage: usageOf(found.command) };
  if ("state" in found) return { ...view, state: found.state, reason: found.reason };
  const how = commands.lists(id) ? "listed" : "unlisted";
  const refusal = refusalOfAny(circumstances) ?? refusalOf(found.command, circumstances, how);
  return refusal === undefined ? { ...view, state: "ready" } : { ...view, state: "refused", reason: reasonOf(refusal) };
}

/** Whatever its arguments: the settings say nothing about them. */
function listedView(name: string, circumstances: Circumstances): CommandView {
  const title = name === "*" ? "Any program (EXAI_EXEC_ALLOW)" : "With any arguments (EXAI_EXEC_ALLOW)";
  const view = { id: name, title, least: "C", network: false } as const;
  const refusal = refusalOfAny(circumstances);
  return refusal === undefined ? { ...view, state: "ready" } : { ...view, state: "refused", reason: reasonOf(refusal) };
}

/** The fact and what was expected: what cannot be done stands beside it. */
function reasonOf({ message }: Fault): string {
  return message.slice(message.indexOf(": ") + 2);
}

async function processView(running: RunningCommand, caller: Caller): Promise<ProcessView> {
  const { call, principal, command, argv, cwd, startedAt, state, confinement, child } = running;
  // A command that ends meanwhile uses nothing any more.
  const use = await child.usage().catch(() => undefined);
  return {
    call,
    principal,
    command,
    // What others gave it is content.
    ...(principal === caller.principal && { argv: [...argv], cwd }),
    pid: child.pid,
    startedAt,
    state,
    confinement,
    ...(use !== undefined && { use }),
  };
}
