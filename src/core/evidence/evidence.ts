import type { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";

/** Whom something is found out for; the context of a call is one. */
export interface Investigator {
  readonly call: CallId;
  readonly owner: {
    readonly principal: PrincipalId;
    readonly roots: readonly string[];
    /** The base of relative paths; the first root where it is absent. */
    readonly cwd?: string;
  };
  /** Files that travelled with the call, by the path that the client named: they are looked for first. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** How something was found: by the syntax that a parser read, by looking at the text, or by asking git. */
export type Method = "parsed" | "text search" | "git";

/** The worst first. */
export type Severity = "critical" | "high" | "medium" | "low";

/** Something that was not looked at, or not wholly, and why. */
export interface Omission {
  /** A path, or a name for what has none. */
  path: string;
  why: string;
  /** It was looked through all the same, as text: what only its syntax tells was not found. */
  asText?: true;
}

/** A file that was named as looked at: as it lies there now, or why it could not be opened. */
export type Checked =
  | {
      /** As it was named. */
      path: string;
      /** Of all its bytes, in hex. */
      sha256: string;
      bytes: number;
      /** Absent where it is no text, or a larger one than is read. */
      lines?: number;
    }
  | { path: string; unverified: string; code: Fault["code"] };

/** Lines that a text cites as `file:line` or `file:from-to`: what they say now, or why that cannot be told. */
export type Citation =
  | {
      path: string;
      from: number;
      to: number;
      /** The lines, secrets replaced, cut where they are long. */
      quote: string;
      /** Of all bytes of the file, in hex. */
      sha256: string;
    }
  | { path: string; from: number; to: number; unverified: string };

/** Which changes of a git repository are asked for. */
export interface ChangesRequest {
  /** Somewhere in the repository; the base of relative paths where it is absent. */
  path?: string;
  /** A branch, tag or commit. Changes count from where the work forked off it; without it from the last commit. */
  compareTo?: string;
  /** What the index has. */
  staged: boolean;
  /** What the working tree has beyond the index, with the names of untracked files. */
  unstaged: boolean;
}

/** What a repository has beyond a commit, as git tells it. Nothing that the repository brought was run. */
export interface Changes {
  /** The real absolute path of its working tree. */
  repository: string;
  branch?: string;
  /** Which commit the changes count from; absent in a repository without one. */
  base?: { ref: string; commit: string };
  files: readonly ChangedFile[];
  /**
   * Credentials that the changes bring, and files whose names are those of secrets; the patches no longer show them.
   */
  secrets: readonly Finding[];
  omitted: readonly Omission[];
}

/** A file in one area of the working tree. */
export interface ChangedFile {
  /** From the top of the working tree, `/` between its names. */
  path: string;
  /** What it was called before. */
  was?: string;
  area: "commits" | "staged" | "unstaged" | "untracked";
  status: "added" | "modified" | "deleted" | "renamed" | "copied" | "retyped" | "unmerged" | "untracked";
  kind: "file" | "link" | "submodule";
  /** The object that holds what it is now; absent where that lies in the working tree alone. */
  object?: string;
  /** Where lines were added or removed; none where it is binary or too much was changed. */
  hunks: readonly Hunk[];
}

/** Lines of a file that were exchanged for others, with those around them. */
export interface Hunk {
  /** The first line of it as it was, and as it is now. */
  was: number;
  now: number;
  /** As in a unified diff: each begins with a space, `+` or `-`. Secrets are replaced. */
  lines: readonly string[];
}

/** Something that a rule found. */
export interface Finding {
  /** The rule, as in `dynamic-code`. */
  rule: string;
  severity: Severity;
  /** From the top of the repository where a change was looked at, otherwise as the file was named. */
  path: string;
  line: number;
  /** The line, secrets replaced, cut where it is long; empty where there is none to show. */
  quote: string;
  /** What it is and why that matters, in a sentence. */
  message: string;
  method: Method;
}

/** What the rules found, and what they could not look at. */
export interface Findings {
  found: readonly Finding[];
  /** How many files were looked through. */
  files: number;
  omitted: readonly Omission[];
}

/** A name that a file gives to something. */
export interface CodeSymbol {
  name: string;
  kind: "function" | "method" | "class" | "interface" | "type" | "enum" | "variable" | "module";
  line: number;
  /** The last line of it, where that was told. */
  to?: number;
  /** Whether other files can have it. */
  exported: boolean;
  /** What it belongs to, as a method to its class. */
  within?: string;
}

/** What a file takes from elsewhere. */
export interface CodeImport {
  /** As it is written there. */
  from: string;
  names: readonly string[];
  line: number;
  /** The file of those looked at that it leads to, where there is one. */
  file?: string;
}

/** What one file makes and takes in. */
export interface OutlinedFile {
  path: string;
  language: string;
  method: Method;
  symbols: readonly CodeSymbol[];
  imports: readonly CodeImport[];
}

/** What several files make; those that could not be looked at are named in `omitted`. */
export interface Outline {
  files: readonly OutlinedFile[];
  omitted: readonly Omission[];
}

/** A place in code where a symbol is used or made. */
export interface CodePlace {
  path: string;
  line: number;
  /** The line, secrets replaced, cut where it is long. */
  quote: string;
  /** The function or method around it, where there is one. */
  within?: string;
  method: Method;
}

/** Where a name occurs as a symbol, by the name alone. */
export interface Callers {
  symbol: string;
  /** Where it is made. */
  definitions: readonly CodePlace[];
  /** Where it is called. */
  calls: readonly CodePlace[];
  /** Where it is named otherwise: passed on, extended, given as a type. */
  mentions: readonly CodePlace[];
  omitted: readonly Omission[];
}

/**
 * Facts that the server finds by itself, each bounded in number, time and memory; what is beyond is told as omitted.
 * All of them are plain data that a step can record. Paths are looked up inside the investigator's roots; directories
 * stand for the files below them.
 */
export interface Evidence {
  /** Opens and hashes each file; what cannot be opened says so in its place. In the order of `paths`. */
  check(who: Investigator, paths: readonly string[], signal: AbortSignal): Promise<Checked[]>;
  /** Verifies each `file:line` and `file:from-to` of a text, each once, in its order. */
  cite(who: Investigator, text: string, signal: AbortSignal): Promise<Citation[]>;
  /**
   * The changes of the repository around a path. Refuses with `workspace.unreadable` where there is none, with
   * `input.invalid` what is no commit of it, and with `tool.unavailable` where there is no git.
   */
  changes(who: Investigator, request: ChangesRequest, signal: AbortSignal): Promise<Changes>;
  /**
   * What the rules find: in what `changes` bring, their secrets among it, and in whole files and directories. The worst
   * first.
   */
  findings(
    who: Investigator,
    where: { changes?: Changes; files?: readonly string[] },
    signal: AbortSignal,
  ): Promise<Findings>;
  /** Symbols and imports of files. */
  outline(who: Investigator, files: readonly string[], signal: AbortSignal): Promise<Outline>;
  /** Where a symbol is made, called and named: `name`, or `Class.name`. */
  callers(
    who: Investigator,
    where: { symbol: string; files: readonly string[] },
    signal: AbortSignal,
  ): Promise<Callers>;
}
