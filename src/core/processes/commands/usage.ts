import type { ArgumentRules, FlagRule, Kind, NamedCommand, OperandRule } from "./command.ts";
import { grammarsOf } from "./grammar.ts";

/** How a command is called, a line for each way; `undefined` where one way takes anything. */
export function usageOf(command: NamedCommand): string[] {
  const { subcommands, roles, arguments: own } = command;
  const grammars = [...(own === undefined ? [] : [own]), ...Object.values(subcommands), ...Object.values(roles)];
  return grammarsOf(command).map(({ name }, at) => [name, ...partsOf(grammars[at])].join(" "));
}

function partsOf(rules: ArgumentRules | undefined): string[] {
  if (rules === undefined) return [];
  if (rules.rest === true) return ["…"];
  const flags = Object.entries(rules.flags).map(([name, rule]) => `[${flagText(name, rule)}]`);
  const behind = rules.behind.map(operandText);
  return [...flags, ...rules.operands.map(operandText), ...(behind.length === 0 ? [] : ["--", ...behind])];
}

function flagText(name: string, rule: FlagRule): string {
  if (rule === "none") return name;
  if (typeof rule === "object" && "optional" in rule) return `${name}[=${kindText(rule.optional)}]`;
  return `${name} ${kindText(rule)}`;
}

function operandText({ kind, min, max }: OperandRule): string {
  const text = `${kindText(kind)}${max > 1 ? "…" : ""}`;
  return min > 0 ? text : `[${text}]`;
}

function kindText(kind: Kind): string {
  if (typeof kind === "string") return kind.toUpperCase();
  return "oneOf" in kind ? kind.oneOf.join("|") : "VALUE";
}
