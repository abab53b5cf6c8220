import type { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { factsOf, fitted } from "../../protocol/mistakes.ts";

/** A file of the catalogue, by its name in it. */
export interface CatalogueFile {
  file: string;
  read: () => Promise<string>;
}

/** What a file of the catalogue says. `config.invalid` names the file and why it cannot be used. */
export async function readCatalogueFile<S extends z.ZodType>(
  schema: S,
  { file, read }: CatalogueFile,
): Promise<z.output<S>> {
  const text = await read().catch((cause: Error) => {
    throw unusable(file, { fact: `it cannot be read: ${cause.message}`, cause });
  });
  const parsed = fitted(schema, jsonOf(file, text));
  if (parsed.success) return parsed.data;
  const [first] = parsed.mistakes;
  throw unusable(file, { fact: factsOf(parsed.mistakes.slice(0, 1)), at: first?.path ?? "" });
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(file, { fact: "it is no JSON", cause });
  }
}

function unusable(file: string, why: { fact: string; at?: string; cause?: unknown }): Fault {
  const { fact, at, cause } = why;
  return new Fault("config.invalid", `Cannot read the catalogue ${file}: ${fact}`, {
    facts: { file, ...(at !== undefined && { at }) },
    ...(cause !== undefined && { cause }),
  });
}
