import { alike, nearest } from "../../base/nearest.ts";
import type { Ability } from "../../core/agents/ability.ts";
import type { CallContext, Owner } from "../../core/calls/work.ts";
import type { Evidence } from "../../core/evidence/evidence.ts";
import type { Allowance } from "../../core/tenants/allowance.ts";
import type { Tool } from "../../core/tools/tool.ts";
import type { Workspace } from "../../core/workspace/workspace.ts";
import { Fault } from "../../protocol/fault.ts";
import { askAbility } from "./ask-ability.ts";
import { callAbility } from "./call-ability.ts";
import { execAbility } from "./exec-ability.ts";
import { gitAbility } from "./git-ability.ts";
import { listAbility } from "./list-ability.ts";
import { readAbility } from "./read-ability.ts";
import { searchAbility } from "./search-ability.ts";

/** What runs can be given to work with. */
export interface Toolset {
  workspace: Workspace;
  evidence: Pick<Evidence, "changes" | "check">;
  /** The tool of that name, where the token behind the owner may use it now; `tool.unknown`, `auth.scope`. */
  toolFor: (owner: Owner, name: string) => Promise<Tool>;
  /** Refuses a program that no command of the owner can be: `process.refused`, `process.not-started`. */
  checkProgram: (owner: Owner, name: string) => Promise<void>;
}

const command = "exec";

/**
 * What a run may use, by the names that its model uses. Refuses what is no tool and no program of the caller's, and
 * tools that start runs themselves.
 */
export async function abilitiesOf(
  toolset: Toolset,
  { owner }: Pick<CallContext, "owner">,
  given: readonly string[] | undefined,
): Promise<ReadonlyMap<string, Ability>> {
  const abilities = new Map<string, Ability>();
  const builtIn = builtInOf(toolset);
  const names = given ?? [...builtIn.keys()];
  const programs = names.flatMap((name) => (name.startsWith(`${command}:`) ? [name.slice(command.length + 1)] : []));
  const wanted = new Set(names.map((each) => (each.startsWith(`${command}:`) ? command : each)));
  const tools = new Map<string, Tool>();
  for (const name of wanted)
    if (!builtIn.has(name)) tools.set(name, await toolOf(toolset, owner, { name, own: [...builtIn.keys()] }));
  for (const program of new Set(programs)) await toolset.checkProgram(owner, program);
  const allowance = allowanceOf([...tools.values()], names.includes(command) ? undefined : programs);
  for (const name of wanted) {
    const tool = tools.get(name);
    const ability = tool === undefined ? builtIn.get(name) : abilityOf(tool, allowance);
    if (ability === undefined) throw new Error(`Expected ${name} to be an ability`);
    if (abilities.has(ability.name)) throw sameName(name);
    abilities.set(ability.name, ability);
  }
  return abilities;
}

/** What programs may use that run below: no more than the run itself. */
function allowanceOf(tools: readonly Tool[], programs: readonly string[] | undefined): Allowance {
  const scopes = [...new Set(tools.map(({ scope }) => scope))];
  return { scopes, tools: tools.map(({ name }) => name), ...(programs !== undefined && { programs }) };
}

/** What every run has unless it is told what it may use. */
function builtInOf({ workspace, evidence }: Toolset): ReadonlyMap<string, Ability> {
  const all = [
    readAbility(workspace),
    searchAbility(workspace),
    listAbility(workspace),
    gitAbility(evidence),
    askAbility,
  ];
  return new Map(all.map((ability) => [ability.name, ability]));
}

function abilityOf(tool: Tool, allowance: Allowance): Ability {
  return tool.name === command ? execAbility(tool, allowance) : callAbility(tool, allowance);
}

async function toolOf(
  { toolFor }: Toolset,
  owner: Owner,
  { name, own }: { name: string; own: readonly string[] },
): Promise<Tool> {
  const tool = await toolFor(owner, name).catch((error: unknown) => {
    throw error instanceof Fault && error.code === "tool.unknown" ? withOwnNames(error, { name, own }) : error;
  });
  if (tool.agentRun) {
    const message = `Cannot give ${name} to a run: it starts runs itself, expected any other tool`;
    throw new Fault("input.invalid", message, { facts: { tool: name } });
  }
  return tool;
}

/** The daemon knows its own tools alone: what only runs have is as near. One that has a successor stays as it is told. */
function withOwnNames(unknown: Fault, { name, own }: { name: string; own: readonly string[] }): Fault {
  const { near = [], instead } = unknown.facts;
  if (instead !== undefined || !Array.isArray(near)) return unknown;
  const names = [...own, ...near.map(String)];
  const message = `Cannot give ${JSON.stringify(name)} to a run: there is no such tool, expected ${own.join(", ")}, exec:NAME or a tool of this daemon`;
  const facts = { ...unknown.facts, tool: name, near: nearest(name, names, { most: 3, share: alike }) };
  return new Fault("tool.unknown", message, { facts });
}

function sameName(name: string): Fault {
  const message = `Cannot give ${name} to a run: another tool would have the same name there, expected one of them`;
  return new Fault("input.invalid", message, { facts: { tool: name } });
}
