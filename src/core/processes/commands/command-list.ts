import { z } from "zod";
import { Fault } from "../../../protocol/fault.ts";
import { type NamedCommand, namedCommand } from "./command.ts";
import { type ExecutingFacts, executingFacts } from "./executing.ts";

const commandList = z.strictObject({ commands: z.array(namedCommand) });

/** The commands of one file of the catalogue. `config.invalid` names the file and what is wrong in it. */
export function parseCommandList(file: string, json: unknown): NamedCommand[] {
  return parsed(commandList, file, json).commands;
}

export function parseExecutingFacts(file: string, json: unknown): ExecutingFacts {
  return parsed(executingFacts, file, json);
}

function parsed<S extends z.ZodType>(schema: S, file: string, json: unknown): z.output<S> {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const at = issue?.path.join(".") ?? "";
  throw new Fault("config.invalid", `Cannot read the catalogue ${file}: ${at}: ${issue?.message}`, {
    facts: { file, at },
  });
}
