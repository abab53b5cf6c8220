import { secretsIn } from "../../workspace/secrets.ts";
import type { CodeFinding } from "../code-reader.ts";
import { dangerRules } from "./danger-rules.ts";
import { type Language, languageOf } from "./languages.ts";
import { type Masked, masked } from "./masked.ts";
import { testRules } from "./test-rules.ts";
import type { TextRule } from "./text-rule.ts";

const maxFindings = 200;
const maxStatementLength = 600;
const method = "text search";

/** Credentials and left-over marks of a merge, in a text of any kind. */
export function findAnywhere(text: string): CodeFinding[] {
  const lines = new Lines(text);
  const secrets = secretsIn(text).map(
    ({ what, at }): CodeFinding => ({
      rule: "secret",
      severity: "critical",
      line: lines.at(at),
      message: `It holds what looks like ${what}: whoever has the file can use it.`,
      method,
    }),
  );
  return [...secrets, ...conflictsIn(text)].slice(0, maxFindings);
}

/** Where both sides of a merge stand one below the other. */
function conflictsIn(text: string): CodeFinding[] {
  if (!text.includes("<<<<<<< ")) return [];
  const found: CodeFinding[] = [];
  let open: number | undefined;
  let isParted = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("<<<<<<< ")) {
      open = index + 1;
      isParted = false;
    } else if (/^={7}\r?$/.test(line)) isParted = true;
    else if (open !== undefined && isParted && line.startsWith(">>>>>>> ")) {
      found.push(conflict(open));
      open = undefined;
    }
  }
  return found;
}

function conflict(line: number): CodeFinding {
  return {
    rule: "merge-conflict",
    severity: "critical",
    line,
    message: "Both sides of a merge are still there.",
    method,
  };
}

/** What the rules for its language find in the text of a file, outside of comments and strings. */
export function findInText({ path, text }: { path: string; text: string }): CodeFinding[] {
  const language = languageOf(path);
  if (language === undefined) return [];
  const rules = [...testRules, ...dangerRules].filter((rule) => fits(rule, { path, language }));
  if (rules.length === 0) return [];
  const views = masked(text, language);
  const found: CodeFinding[] = [];
  let start = 0;
  for (const [index, line] of views.code.split("\n").entries()) {
    for (const rule of rules) if (holds(rule, { line, start, views })) found.push(foundBy(rule, index + 1));
    start += line.length + 1;
    if (found.length >= maxFindings) break;
  }
  return found;
}

function fits({ languages, where }: TextRule, { path, language }: { path: string; language: Language }): boolean {
  return languages.includes(language.name) && where?.test(path) !== false;
}

/** A line that goes on for ever was written by a machine. */
const maxLineLength = 2000;

function holds({ code, says, unless }: TextRule, place: { line: string; start: number; views: Masked }): boolean {
  const { line, start, views } = place;
  const match = line.length > maxLineLength ? null : code.exec(line);
  if (match === null) return false;
  const statement = statementAt(views, start + match.index);
  return says?.test(statement) !== false && unless?.test(statement) !== true;
}

/** From there to where its brackets are closed, strings included, or to the end of the line where it has none. */
function statementAt({ code, bare }: Masked, at: number): string {
  let depth = 0;
  const last = Math.min(code.length, at + maxStatementLength);
  for (let end = at; end < last; end += 1) {
    const character = code[end] ?? "";
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    if ((character === "\n" && depth <= 0) || depth < 0) return bare.slice(at, end);
  }
  return bare.slice(at, last);
}

function foundBy({ rule, severity, message }: TextRule, line: number): CodeFinding {
  return { rule, severity, line, message, method };
}

/** Which line a place of a text is in. */
class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  at(index: number): number {
    return this.#starts.findLastIndex((start) => start <= index) + 1;
  }
}
