import { readJson } from "../../base/json-text.ts";
import { UnreadableAt } from "../../base/unreadable.ts";
import { settingsByName } from "./declared/declared.ts";

/** Where a text stops being JSON. Lines and columns count from 1. */
export interface JsonPlace {
  line: number;
  column: number;
  /** What was expected there. */
  expected: string;
  /** The line, as it may be printed: brackets and the names of settings, no value. */
  excerpt: string;
}

const shownNames: ReadonlySet<string> = new Set([...settingsByName.keys(), "commands", "mcpServers", "models"]);
const longest = 120;

/** The first place at which a text is no JSON; nothing where it is. */
export function jsonPlace(text: string): JsonPlace | undefined {
  try {
    readJson(text, "strict");
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableAt)) throw error;
    const { line, column, fact } = error;
    const written = text.split("\n")[line - 1] ?? "";
    return { line, column, expected: fact.replace(/^expected /, ""), excerpt: shown(written) };
  }
}

/** Whatever is no bracket, comma or known name may be a secret, also where its quotes are forgotten. */
function shown(line: string): string {
  const parts = line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|\s+|[^"{}[\],:\s]+|"/g);
  const masked = [...parts].map(([part]) => {
    const isPlain = /^[{}[\],:\s]/.test(part) || shownNames.has(part.replaceAll('"', ""));
    return isPlain ? part : "***";
  });
  return masked.join("").trim().slice(0, longest);
}
