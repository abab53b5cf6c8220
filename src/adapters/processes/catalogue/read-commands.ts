import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedCommand } from "../../../core/processes/commands/command.ts";
import { readCommandList, readExecutingFacts } from "../../../core/processes/commands/command-list.ts";
import type { ExecutingFacts } from "../../../core/processes/commands/executing.ts";

/** What the catalogue knows of commands. */
export interface CommandCatalogue {
  usual: NamedCommand[];
  executing: ExecutingFacts;
}

/** The lists of the folder. `config.invalid` names the file that cannot be used. */
export async function readCommands(folder: string): Promise<CommandCatalogue> {
  const within = (file: string) => ({ file, read: async () => await readFile(join(folder, file), "utf8") });
  const [usual, agents, executing] = await Promise.all([
    readCommandList(within("usual.json")),
    readCommandList(within("agents.json")),
    readExecutingFacts(within("executing.json")),
  ]);
  return { usual: [...usual, ...agents], executing };
}
