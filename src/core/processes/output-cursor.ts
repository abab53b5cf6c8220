import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Excerpt, Exit, Follower, LogView, OutputLog, Piece } from "./output-log.ts";

export interface OutputCursorParts {
  outputs: Pick<OutputLog, "peek" | "read" | "follow">;
  call: CallId;
  offset: number;
  /** There may be more to read. */
  onMore: () => void;
}

/** What a reader gets: bytes, which it disposes once they have left; nothing yet; the end; or that there is no log. */
export type Step =
  | { kind: "data"; excerpt: Excerpt }
  | { kind: "idle" }
  | { kind: "end"; length: number; exit: Exit }
  | { kind: "none" };

/** One reader's place in the output of a call: what it was given it is not given again, and it misses nothing. */
export class OutputCursor implements Disposable {
  readonly #parts: OutputCursorParts;
  readonly #follower: Follower;
  #offset: number;
  #view: LogView | undefined;

  constructor(parts: OutputCursorParts) {
    this.#parts = parts;
    this.#offset = parts.offset;
    this.#follower = parts.outputs.follow(parts.call, parts.onMore);
  }

  /** Everything before it was given. */
  get offset(): number {
    return this.#offset;
  }

  /** The log as it was seen last. */
  get view(): LogView | undefined {
    return this.#view;
  }

  /** What comes next as far as it is at hand; `undefined` where `read` has to be asked. */
  peek(maxBytes: number): Step | undefined {
    const excerpt = this.#parts.outputs.peek(this.#parts.call, this.#offset, maxBytes);
    return excerpt && this.#stepOf(excerpt);
  }

  /** What comes next. Refuses with `output.unknown` where the log was removed while it was read. One at a time. */
  async read(maxBytes: number): Promise<Step> {
    const excerpt = await this.#parts.outputs.read(this.#parts.call, this.#offset, maxBytes);
    if (excerpt !== undefined) return this.#stepOf(excerpt);
    if (this.#view === undefined) return { kind: "none" };
    throw new Fault("output.unknown", "Cannot read the output: it was removed meanwhile, expected it to be kept");
  }

  #stepOf(excerpt: Excerpt): Step {
    this.#view = excerpt.view;
    const { end, exit } = excerpt.view;
    const last = excerpt.pieces.at(-1);
    if (last !== undefined) {
      this.#offset = endOf(last);
      this.#follower.reached(this.#offset);
      return { kind: "data", excerpt };
    }
    excerpt[Symbol.dispose]();
    if (exit !== undefined && this.#offset >= end) return { kind: "end", length: end, exit };
    this.#follower.reached(this.#offset);
    return { kind: "idle" };
  }

  [Symbol.dispose](): void {
    this.#follower[Symbol.dispose]();
  }
}

/** The offset behind a piece. */
export function endOf(piece: Piece): number {
  return piece.kind === "hole" ? piece.to : piece.offset + piece.bytes.length;
}
