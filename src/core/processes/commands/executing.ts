import { z } from "zod";
import type { ArgumentRules, NamedCommand } from "./command.ts";
import { grammarsOf } from "./grammar.ts";

/** What is known of programs that run other things: data, told by the names of their files. */
export const executingFacts = z.strictObject({
  /** Patterns of programs that run what they are given: interpreters, build tools, starters of others. */
  interpreters: z.array(z.string()),
  /** By program, the flags that run something or write where they are told. */
  flags: z.record(z.string(), z.array(z.string())),
});
export type ExecutingFacts = z.output<typeof executingFacts>;

/**
 * Why a command may not run unconfined: it, or a flag that its callers may give, runs whatever it is given.
 * `undefined` where nothing is known against it, or it asks to be confined itself.
 */
export function needsConfinement(command: NamedCommand, facts: ExecutingFacts): string | undefined {
  const program = command.program.slice(command.program.lastIndexOf("/") + 1);
  const grammars = grammarsOf(command).map(({ rules }) => rules);
  if (facts.interpreters.some((pattern) => new RegExp(`^(?:${pattern})$`).test(program)))
    return grammars.every(takesNothing) ? undefined : `${program} runs what it is given`;
  const executing = Object.hasOwn(facts.flags, program) ? (facts.flags[program] ?? []) : [];
  if (executing.length > 0 && grammars.some(({ rest }) => rest === true))
    return `${program} has flags that run something, ${executing[0]} among them`;
  const flag = executing.find((name) => grammars.some(({ flags }) => Object.hasOwn(flags, name)));
  return flag === undefined ? undefined : `${program} ${flag} runs or writes what it is given`;
}

/** Its line is ours alone, and no program that only reads its standard input. */
function takesNothing({ flags, operands, behind, rest, first }: ArgumentRules): boolean {
  return (
    Object.keys(flags).length === 0 &&
    operands.length === 0 &&
    behind.length === 0 &&
    rest === undefined &&
    first.length > 0
  );
}
