import { secret, unreadable } from "./refusals.ts";
import { type FoundSecret, type SecretsRule, secretsInTurns, withoutSecrets } from "./secrets.ts";
import { hasTooManyLines, linesOf, maxLines, type Text, textOf } from "./text.ts";

/** Which lines of which file; a `to` behind the end stands for the end. */
export interface TextRequest {
  path: string;
  /** The first and the last line wanted, from 1, both included. Without them the whole file. */
  from?: number;
  to?: number;
  /** `refuse` unless told. */
  secrets?: SecretsRule;
}

/** Decoded lines; how they were broken is not kept. */
export interface TextIn {
  encoding: Text["encoding"];
  /** The lines that were asked for and are there, without their breaks. */
  lines: readonly string[];
  /** The number of the first of them. */
  from: number;
  /** How many lines the whole file has. */
  totalLines: number;
}

/**
 * The lines of a file's bytes. Refuses as unreadable what is no text or has no such line, and with `workspace.secret`. A
 * large one holds up nobody: it is looked through for secrets in turns with others.
 */
export async function textIn(
  content: Uint8Array,
  { path, from = 1, to, secrets = "refuse" }: TextRequest,
  signal: AbortSignal,
): Promise<TextIn> {
  const found = textOf(content);
  if (found === undefined) throw unreadable(path, "it is binary", "a text");
  if (hasTooManyLines(content)) throw unreadable(path, `it has more than ${maxLines} lines`, "fewer");
  const { text, encoding } = found;
  const hidden = secrets === "keep" ? [] : await secretsInTurns(text, signal);
  if (secrets === "refuse") refuseSecrets({ path, text }, hidden);
  const lines = linesOf(withoutSecrets(text, hidden));
  const totalLines = lines.length;
  const isThere = from >= 1 && from <= Math.max(1, totalLines) && (to === undefined || to >= from);
  if (!isThere) throw unreadable(path, `it has ${totalLines} lines`, `other lines than ${from} to ${to ?? "its end"}`);
  return { encoding, lines: lines.slice(from - 1, to), from, totalLines };
}

function refuseSecrets({ path, text }: { path: string; text: string }, [first]: readonly FoundSecret[]): void {
  if (first === undefined) return;
  throw secret(path, { what: first.what, line: linesOf(text.slice(0, first.at + 1)).length });
}
