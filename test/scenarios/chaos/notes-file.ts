import { existsSync, readFileSync } from "node:fs";
import type { Note } from "./history.ts";

/** The notes in a file, a line each; a last line without its end was cut by a kill and was never acted upon. */
export function notesIn(file: string): Note[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
