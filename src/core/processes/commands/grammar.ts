import { Fault } from "../../../protocol/fault.ts";
import type { ArgumentRules, NamedCommand } from "./command.ts";

/** What one way of calling a command takes. */
export interface Grammar {
  /** As it is told: the command, and the word that chose this grammar. */
  name: string;
  /** All that is ours stands in `first`. */
  rules: ArgumentRules;
  /** Goes before the caller's standard input; empty where nothing does. */
  prompt: string;
  repository: NamedCommand["repository"];
}

/** Every way of calling a command: its own, its subcommands', its roles'. */
export function grammarsOf(command: NamedCommand): Grammar[] {
  const { id, arguments: own, subcommands, roles } = command;
  const grammarOf = (name: string, rules: ArgumentRules, words: readonly string[] = []): Grammar => ({
    name,
    rules: { ...rules, first: [...command.first, ...words, ...rules.first] },
    prompt: "",
    repository: rules.repository ?? command.repository,
  });
  return [
    ...(own === undefined ? [] : [grammarOf(id, own)]),
    ...Object.entries(subcommands).map(([word, rules]) => grammarOf(`${id} ${word}`, rules, [word])),
    ...Object.entries(roles).map(([word, { prompt, ...rules }]) => ({
      ...grammarOf(`${id} ${word}`, rules),
      prompt,
    })),
  ];
}

/** The grammar that the first word chooses, and what is left for it; `process.refused` where none fits. */
export function chooseGrammar(
  command: NamedCommand,
  given: readonly string[],
): { grammar: Grammar; given: readonly string[] } {
  const grammars = grammarsOf(command);
  const [word] = given;
  const chosen = grammars.find(({ name }) => word !== undefined && name === `${command.id} ${word}`);
  if (chosen !== undefined) return { grammar: chosen, given: given.slice(1) };
  const own = grammars.find(({ name }) => name === command.id);
  if (own !== undefined) return { grammar: own, given };
  const words = [...Object.keys(command.subcommands), ...Object.keys(command.roles)];
  const said =
    word === undefined ? "nothing stands behind it" : `it does not take ${JSON.stringify(word.slice(0, 200))}`;
  throw new Fault("process.refused", `Cannot run ${command.id}: ${said}, expected one of ${words.join(", ")}`, {
    facts: { command: command.id, expected: words },
  });
}
