import { Fault } from "../../protocol/fault.ts";
import type { OpenDirectory, OpenFile } from "./disk.ts";
import { matching } from "./list-files.ts";
import { Looks } from "./looks.ts";
import { costAtOnce, LinePattern } from "./pattern/line-pattern.ts";
import { readWhole } from "./read-whole.ts";
import { secretByName, secretsInTurns, withoutSecrets } from "./secrets.ts";
import { hasTooManyLines, linesOf, textOf } from "./text.ts";
import { type Found, type Ignored, type WalkTally, walkTree } from "./walk-tree.ts";

/** Which lines are looked for, where, and when to stop; every bound that was reached is told in the report. */
export interface SearchRequest {
  /**
   * What a line must hold: the text itself, or a regular expression as `LinePattern` takes them, within 5,000
   * characters.
   */
  pattern: string;
  syntax?: "text" | "regex";
  letters?: "exact" | "any-case";
  /** A directory or one file; the base of the scope unless told. */
  path?: string;
  /** Only files that fit one of these: `*.ts` at any depth, `src/**` from the directory. */
  match?: readonly string[];
  ignored?: "skip" | "show";
  /** 100 unless told. */
  maxMatches?: number;
  /** 10,000 unless told. */
  maxFiles?: number;
  /** Of all files together; 128 MiB unless told. */
  maxBytes?: number;
  /** Asked between pieces of work; once it says so, the search ends with what it has. */
  isTimeUp?: () => boolean;
}

/** One line that matches. */
export interface Match {
  /** From the directory that was searched; of one file its real absolute path. */
  path: string;
  line: number;
  /** At most 400 characters of the line, secrets replaced. */
  text: string;
}

/** What a search came to; what it did not look through is counted. */
export interface SearchReport {
  /** The real absolute path of what was searched. */
  path: string;
  matches: Match[];
  /** How many files were looked through. */
  files: number;
  /** How many were not, and why. */
  skipped: { binary: number; large: number; secret: number; unreadable: number };
  /** What ended the search before its end; there may be more. */
  cutBy?: "matches" | "files" | "bytes" | "names" | "time";
}

const maxFileBytes = 4 * 1024 * 1024;
const maxShownLength = 400;
const maxNames = 1_000_000;
const maxDepth = 64;

/** One search. It keeps what it found when something ends it early. */
export class FileSearch {
  readonly #request: SearchRequest;
  readonly #test: LineTest;
  readonly #report: SearchReport;
  #bytesLeft: number;

  /** Refuses with `input.invalid` a pattern that is none, or that can take for ever. */
  constructor(path: string, request: SearchRequest) {
    this.#request = request;
    this.#test = lineTest(request);
    this.#bytesLeft = request.maxBytes ?? 128 * 1024 * 1024;
    const skipped = { binary: 0, large: 0, secret: 0, unreadable: 0 };
    this.#report = { path, matches: [], files: 0, skipped };
  }

  /** Looks through one file. */
  async file(file: OpenFile, signal: AbortSignal): Promise<SearchReport> {
    await this.#look(file, file.path, signal);
    return this.#report;
  }

  /** Looks through everything below a directory, in the order of names. */
  async directory(directory: OpenDirectory, ignore: Ignored, signal: AbortSignal): Promise<SearchReport> {
    const { match, ignored = "skip", isTimeUp } = this.#request;
    const tally: WalkTally = { namesLeft: maxNames, looks: new Looks(), isCut: false, unreadable: 0 };
    const isWanted = match === undefined ? () => true : matching(match, tally);
    const walk = { depth: maxDepth, ignored };
    const report = this.#report;
    for await (const { path, kind, openFile } of walkTree(directory, { walk, ignore, tally }, signal)) {
      if (isTimeUp?.() === true) report.cutBy = "time";
      if (kind === "file" && isWanted(path)) await this.#open(openFile, path, signal);
      if (report.cutBy !== undefined) return report;
    }
    if (tally.isCut) report.cutBy = "names";
    report.skipped.unreadable += tally.unreadable;
    return report;
  }

  async #open(openFile: Found["openFile"], path: string, signal: AbortSignal): Promise<void> {
    const report = this.#report;
    if (report.files === (this.#request.maxFiles ?? 10_000)) report.cutBy ??= "files";
    if (report.cutBy !== undefined) return;
    await using file = await openFile();
    if (file === undefined) report.skipped.unreadable += 1;
    else await this.#look(file, path, signal).catch((error) => this.#passOver(error));
  }

  /** A file that became too large or unreadable meanwhile is none to end a search for. */
  #passOver(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    this.#report.skipped[error.code === "workspace.too-large" ? "large" : "unreadable"] += 1;
  }

  async #look(file: OpenFile, path: string, signal: AbortSignal): Promise<void> {
    const { skipped } = this.#report;
    if (secretByName(file.path) !== undefined) skipped.secret += 1;
    else if (file.bytes > maxFileBytes) skipped.large += 1;
    else if (file.bytes > this.#bytesLeft) this.#report.cutBy = "bytes";
    else {
      this.#bytesLeft -= file.bytes;
      const { bytes } = await readWhole(file, maxFileBytes, signal);
      const isTooLong = hasTooManyLines(bytes);
      const text = isTooLong ? undefined : textOf(bytes)?.text;
      if (isTooLong) skipped.large += 1;
      else if (text === undefined) skipped.binary += 1;
      else await this.#lookAt(text, path, signal);
    }
  }

  async #lookAt(text: string, path: string, signal: AbortSignal): Promise<void> {
    const report = this.#report;
    report.files += 1;
    let turnAt = this.#test.cost + costAtOnce;
    let clean: string[] | undefined;
    for (const [index, line] of linesOf(text).entries()) {
      if (this.#test.cost >= turnAt) {
        await this.#letOthers(signal);
        turnAt = this.#test.cost + costAtOnce;
      }
      if (report.cutBy !== undefined) return;
      const fits = this.#fits(line, signal);
      if (fits === false || !(await fits)) continue;
      clean ??= linesOf(withoutSecrets(text, await secretsInTurns(text, signal)));
      await this.#tell({ path, line: index + 1, text: clean[index] ?? "" }, signal);
    }
  }

  /** Others get their turn within a line too: one of characters that no other has may take long. */
  #fits(line: string, signal: AbortSignal): boolean | Promise<boolean> {
    const look = this.#test.look(line);
    const first = look.next();
    return first.done === true ? first.value : this.#goOn(look, signal);
  }

  async #goOn(look: Look, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      await this.#letOthers(signal);
      const { done, value } = look.next();
      if (done === true) return value;
    }
  }

  /** What fits only a secret is no match: asking again and again would spell it out. */
  async #tell({ path, line, text }: Match, signal: AbortSignal): Promise<void> {
    const { matches } = this.#report;
    if (!(await this.#fits(text, signal))) return;
    if (matches.length === (this.#request.maxMatches ?? 100)) this.#report.cutBy = "matches";
    else matches.push({ path, line, text: clipped(text) });
  }

  async #letOthers(signal: AbortSignal): Promise<void> {
    await new Promise(setImmediate);
    signal.throwIfAborted();
    if (this.#request.isTimeUp?.() === true) this.#report.cutBy = "time";
  }
}

/** A look at a line, with a rest wherever it takes long. */
type Look = Iterator<void, boolean>;

/** Tells whether a line is one, and what that took so far. */
interface LineTest {
  look(line: string): Look;
  readonly cost: number;
}

function lineTest({ pattern, syntax = "text", letters = "exact" }: SearchRequest): LineTest {
  if (syntax === "regex") return new LinePattern(pattern, letters);
  return letters === "exact"
    ? new LineText(pattern, (line) => line)
    : new LineText(pattern, (line) => line.toLowerCase());
}

/** A text that a line holds, or none. */
class LineText implements LineTest {
  cost = 0;
  readonly #text: string;
  readonly #plain: (text: string) => string;

  constructor(text: string, plain: (text: string) => string) {
    this.#text = plain(text);
    this.#plain = plain;
  }

  look(line: string): Look {
    this.cost += line.length;
    const value = this.#plain(line).includes(this.#text);
    return { next: () => ({ done: true, value }) };
  }
}

function clipped(line: string): string {
  return line.length > maxShownLength ? `${line.slice(0, maxShownLength)}…` : line;
}
