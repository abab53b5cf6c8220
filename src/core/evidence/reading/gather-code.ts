import { join } from "node:path";
import type { Clock } from "../../../base/clock.ts";
import { Fault } from "../../../protocol/fault.ts";
import { type Scope, scopeOf } from "../../workspace/scope.ts";
import { secretByName } from "../../workspace/secrets.ts";
import { textOf } from "../../workspace/text.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { type CodeAnswer, type CodeQuestion, type CodeReader, type CodeText, maxCodeBytes } from "../code-reader.ts";
import type { Investigator, Omission } from "../evidence.ts";
import { languageOf } from "../text/languages.ts";

export interface GatherParts {
  workspace: Pick<Workspace, "list" | "locate" | "readBytes">;
  code: Pick<CodeReader, "read">;
  clock: Clock;
}

/** A file with what was asked about it. */
export interface ReadFile extends CodeText {
  answer: CodeAnswer;
}

/** What was read, and what was not. */
export interface Gathered {
  files: ReadFile[];
  omitted: Omission[];
}

const maxFiles = 1000;
const maxBytes = 64 * 1024 * 1024;
const maxMs = 30_000;
const maxOmissions = 200;

/** Files and what is below directories, read as code within bounds of number, bytes and time. */
export class CodeGathering {
  readonly #parts: GatherParts;
  readonly #who: Investigator;
  readonly #question: CodeQuestion;
  readonly #endsAt: number;
  readonly #gathered: Gathered = { files: [], omitted: [] };
  #bytesLeft = maxBytes;
  #left = 0;

  constructor(parts: GatherParts, { who, question }: { who: Investigator; question: CodeQuestion }) {
    this.#parts = parts;
    this.#who = who;
    this.#question = question;
    this.#endsAt = parts.clock.monotonicMs() + maxMs;
  }

  /** All that was gathered so far. */
  result(): Gathered {
    const { files, omitted } = this.#gathered;
    const more = this.#left - omitted.length;
    return {
      files,
      omitted: more === 0 ? omitted : [...omitted, { path: "…", why: `and ${more} more, for reasons like these` }],
    };
  }

  /** Adds a file, or what is below a directory: of the latter only code, and not what `.gitignore` leaves out. */
  async path(path: string, signal: AbortSignal): Promise<void> {
    const carried = this.#who.files.get(path);
    if (carried !== undefined) return await this.#carried({ path, content: carried }, signal);
    const scope = scopeOf(this.#who.owner);
    const place = await this.#unlessRefused(path, () => this.#parts.workspace.locate(scope, path, signal));
    if (place?.kind === "file") await this.#fromDisk({ path, at: path }, signal);
    if (place?.kind === "directory") await this.#below({ scope, path, at: place.path }, signal);
  }

  /** Adds a file that lies at an absolute path, under another name. */
  async file(path: string, at: string, signal: AbortSignal): Promise<void> {
    await this.#fromDisk({ path, at }, signal);
  }

  /** Adds what a file holds. */
  async content({ path, content }: { path: string; content: Uint8Array }, signal: AbortSignal): Promise<void> {
    const why = this.#exhausted();
    if (why !== undefined) return this.omit(path, why);
    if (content.length > maxCodeBytes) return this.omit(path, `it is larger than ${maxCodeBytes} bytes`);
    const text = textOf(content)?.text;
    if (text === undefined) return this.omit(path, "it is binary");
    this.#bytesLeft -= content.length;
    const { code } = this.#parts;
    const ask = { question: this.#question, fairness: this.#who.owner.principal };
    const answer = await this.#unlessRefused(path, () => code.read({ path, text }, ask, signal));
    if (answer === undefined) return;
    if (answer.unparsed !== undefined) this.#omit({ path, why: answer.unparsed, asText: true });
    this.#gathered.files.push({ path, text, answer });
  }

  omit(path: string, why: string): void {
    this.#omit({ path, why });
  }

  #omit(omission: Omission): void {
    this.#left += 1;
    const { omitted } = this.#gathered;
    if (omitted.length < maxOmissions) omitted.push(omission);
  }

  async #carried(file: { path: string; content: Uint8Array }, signal: AbortSignal): Promise<void> {
    const what = secretByName(file.path);
    if (what === undefined) await this.content(file, signal);
    else this.omit(file.path, `its name is that of ${what}`);
  }

  async #below({ scope, path, at }: { scope: Scope; path: string; at: string }, signal: AbortSignal): Promise<void> {
    const { workspace } = this.#parts;
    const request = { path: at, depth: 64, maxEntries: 100_000 };
    const listing = await this.#unlessRefused(path, () => workspace.list(scope, request, signal));
    if (listing === undefined) return;
    if (listing.isCut) this.omit(path, "it holds more names than are looked at");
    if (listing.unreadable > 0) this.omit(path, `${listing.unreadable} directories in it cannot be listed`);
    for (const entry of listing.entries) {
      if (entry.kind !== "file" || languageOf(entry.path) === undefined) continue;
      await this.#fromDisk({ path: join(path, entry.path), at: join(at, entry.path) }, signal);
    }
  }

  async #fromDisk({ path, at }: { path: string; at: string }, signal: AbortSignal): Promise<void> {
    const why = this.#exhausted();
    if (why !== undefined) return this.omit(path, why);
    const scope = scopeOf(this.#who.owner);
    const { workspace } = this.#parts;
    const request = { path: at, maxBytes: maxCodeBytes };
    const read = await this.#unlessRefused(path, () => workspace.readBytes(scope, request, signal));
    if (read !== undefined) await this.content({ path, content: read.content }, signal);
  }

  #exhausted(): string | undefined {
    if (this.#gathered.files.length >= maxFiles) return `only ${maxFiles} files are read at a time`;
    if (this.#bytesLeft <= 0) return `only ${maxBytes} bytes are read at a time`;
    if (this.#parts.clock.monotonicMs() > this.#endsAt) return `reading took more than ${maxMs} ms`;
    return undefined;
  }

  /** What is refused is left out, and told. */
  async #unlessRefused<T>(path: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.omit(path, error.message);
      return undefined;
    }
  }
}
