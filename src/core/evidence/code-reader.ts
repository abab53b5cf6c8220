import type { CodeImport, CodeSymbol, Finding, Method } from "./evidence.ts";

/** The text of one file, with the path that tells its language. */
export interface CodeText {
  /** It tells the language; nothing is opened. */
  path: string;
  text: string;
}

/** Something in code, by its lines; whoever asked has the text. */
export type CodeFinding = Pick<Finding, "rule" | "severity" | "line" | "message" | "method">;

/** A place where a symbol stands. */
export interface CodeUse {
  as: "definition" | "call" | "mention";
  /** From 1. */
  line: number;
  /** The symbol in which that stands. */
  within?: string;
}

/** What can be asked about a file. */
export type CodeQuestion = { do: "find" } | { do: "outline" } | { do: "uses"; symbol: string };

/** What one file came to, by the question: findings, an outline, or uses. */
export interface CodeAnswer {
  /** As its path tells. */
  language: string;
  /** Whether a parser read it, or patterns did. */
  method: Method;
  findings?: readonly CodeFinding[];
  symbols?: readonly CodeSymbol[];
  imports?: readonly CodeImport[];
  uses?: readonly CodeUse[];
  /** Why it was looked at as text although there is a parser for its language. */
  unparsed?: string;
}

/** Reads code, away from the event loop. */
export interface CodeReader extends AsyncDisposable {
  /**
   * What one file says, in bounded time and memory. Refuses with `workspace.unreadable` what takes more of either.
   * Those who share `fairness` take turns with the others.
   */
  read(file: CodeText, ask: { question: CodeQuestion; fairness: string }, signal: AbortSignal): Promise<CodeAnswer>;
}

/** A longer text is not read as code: it was written by a machine. */
export const maxCodeBytes = 1024 * 1024;
