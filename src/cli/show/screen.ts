import { once } from "node:events";
import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { forTerminal } from "./for-terminal.ts";

/** For people, or one JSON value a line for programs. */
export type Form = "human" | "json";

type Style = Parameters<typeof styleText>[0];
type Stream = Writable & { isTTY?: boolean; rows?: number; columns?: number };

/**
 * What the program says. Answers go to stdout, all else to stderr; colours only where somebody sees them. What a
 * model, a server or a repository wrote moves no cursor and sets no clipboard: a terminal gets no other control character.
 * `gone` aborts when the reader of stdout went away.
 */
export class Screen {
  readonly form: Form;
  /** Somebody watches: what happens meanwhile is worth telling. */
  readonly isWatched: boolean;
  /** stdout is a terminal. */
  readonly isTerminal: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #gone = new AbortController();

  constructor(parts: { stdout: Stream; stderr: Stream; form: Form }) {
    this.form = parts.form;
    this.#stdout = parts.stdout;
    this.#stderr = parts.stderr;
    this.isTerminal = parts.stdout.isTTY === true && parts.form === "human";
    this.isWatched = parts.stderr.isTTY === true && parts.form === "human";
    parts.stdout.on("error", (error) => this.#gone.abort(error));
    // Nobody left to tell it to.
    parts.stderr.on("error", () => {});
  }

  /** Of the terminal that shows stdout; what is usual where there is none, or one that does not know its own (0 by 0). */
  get size(): { rows: number; cols: number } {
    return { rows: this.#stdout.rows || 24, cols: this.#stdout.columns || 80 };
  }

  /** How wide a line of the answer may be; endless where no terminal shows it. */
  get width(): number {
    return this.#stdout.isTTY === true ? this.size.cols : Number.POSITIVE_INFINITY;
  }

  /** Told whenever that terminal has a new size. */
  onResize(listener: () => void): Disposable {
    this.#stdout.on("resize", listener);
    return { [Symbol.dispose]: () => void this.#stdout.off("resize", listener) };
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The answer, for people. */
  print(text: string): void {
    this.#write(this.#stdout, text.endsWith("\n") ? text : `${text}\n`);
  }

  /** A piece of the answer as it comes, without a line break of its own. */
  printPiece(text: string): void {
    this.#write(this.#stdout, text);
  }

  /** One line for programs. */
  json(value: unknown): void {
    this.#write(this.#stdout, `${JSON.stringify(value)}\n`);
  }

  /** What must be read whoever reads: faults and warnings. */
  note(text: string): void {
    this.#write(this.#stderr, `${text}\n`);
  }

  /** What happens meanwhile, for whoever watches. */
  progress(text: string): void {
    if (this.isWatched) this.note(this.dim(text));
  }

  /** How far something has come that takes minutes: for whoever waits, also where stderr is a pipe or a file. */
  stage(text: string): void {
    if (this.form === "human") this.note(this.dim(text));
  }

  /** Bytes as they are; resolves when there is room for more. */
  async bytes(channel: "stdout" | "stderr", bytes: Uint8Array): Promise<void> {
    const stream = channel === "stdout" ? this.#stdout : this.#stderr;
    if (this.gone.aborted || stream.write(bytes)) return;
    await once(stream, "drain", { signal: this.gone }).catch(() => {});
  }

  /** Resolves when what was printed before has gone out far enough. */
  async room(): Promise<void> {
    if (this.gone.aborted || !this.#stdout.writableNeedDrain) return;
    await once(this.#stdout, "drain", { signal: this.gone }).catch(() => {});
  }

  dim(text: string): string {
    return this.#styled("gray", text);
  }

  good(text: string): string {
    return this.#styled("green", text);
  }

  bad(text: string): string {
    return this.#styled("red", text);
  }

  warning(text: string): string {
    return this.#styled("yellow", text);
  }

  #styled(style: Style, text: string): string {
    return this.form === "json" ? text : styleText(style, text, { stream: this.#stderr });
  }

  #write(stream: Stream, text: string): void {
    if (!stream.destroyed) stream.write(stream.isTTY === true ? forTerminal(text) : text);
  }
}
