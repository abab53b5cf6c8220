import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedCommand } from "../../../core/processes/commands/command.ts";
import { parseCommandList, parseExecutingFacts } from "../../../core/processes/commands/command-list.ts";
import type { ExecutingFacts } from "../../../core/processes/commands/executing.ts";
import { Fault } from "../../../protocol/fault.ts";

/** What the catalogue knows of commands. */
export interface CommandCatalogue {
  usual: NamedCommand[];
  executing: ExecutingFacts;
}

/** The lists of the folder. `config.invalid` names the file that cannot be used. */
export async function readCommands(folder: string): Promise<CommandCatalogue> {
  const [usual, agents, executing] = await Promise.all(
    ["usual.json", "agents.json", "executing.json"].map((name) => readJson(folder, name)),
  );
  return {
    usual: [...parseCommandList("usual.json", usual), ...parseCommandList("agents.json", agents)],
    executing: parseExecutingFacts("executing.json", executing),
  };
}

async function readJson(folder: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8"));
  } catch (cause) {
    throw new Fault("config.invalid", `Cannot read the catalogue ${name}: it is no JSON`, {
      facts: { file: name },
      cause,
    });
  }
}
