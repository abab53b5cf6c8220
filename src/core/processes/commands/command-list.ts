import { z } from "zod";
import { type CatalogueFile, readCatalogueFile } from "../../models/catalogue-file.ts";
import { type NamedCommand, namedCommand } from "./command.ts";
import { type ExecutingFacts, executingFacts } from "./executing.ts";

const commandList = z.strictObject({ commands: z.array(namedCommand) });

/** The commands of one file of the catalogue. `config.invalid` names the file and what is wrong with it. */
export async function readCommandList(file: CatalogueFile): Promise<NamedCommand[]> {
  return (await readCatalogueFile(commandList, file)).commands;
}

/** Which programs and flags run what they are given. `config.invalid` as for commands. */
export async function readExecutingFacts(file: CatalogueFile): Promise<ExecutingFacts> {
  return await readCatalogueFile(executingFacts, file);
}
