import type { Piece } from "../../../core/processes/output-log.ts";
import type { Written } from "./record.ts";

type Data = Extract<Piece, { kind: "data" }>;

const ringBytes = 256 * 1024;
const ringPieces = 1024;
/** Smaller pieces are put together, up to this. */
const blockBytes = 4096;

/** The latest bytes of a log, kept as they came: a reader at the end costs neither a copy nor a read. */
export class Ring {
  readonly #pieces: Data[] = [];
  #bytes = 0;

  push(offset: number, { channel, bytes }: Written): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.channel === channel && last.bytes.length + bytes.length <= blockBytes)
      last.bytes = Buffer.concat([last.bytes, bytes]);
    else this.#pieces.push({ kind: "data", offset, channel, bytes });
    this.#bytes += bytes.length;
    while (this.#pieces.length > ringPieces || (this.#bytes > ringBytes && this.#pieces.length > 1))
      this.#bytes -= this.#pieces.shift()?.bytes.length ?? 0;
  }

  /** `undefined` where the bytes at `offset` are not here, or not any more. */
  read(offset: number, maxBytes: number): Piece[] | undefined {
    if ((this.#pieces[0]?.offset ?? Number.POSITIVE_INFINITY) > offset) return undefined;
    const found: Piece[] = [];
    let left = maxBytes;
    for (const piece of this.#pieces) {
      const skip = Math.max(0, offset - piece.offset);
      if (skip >= piece.bytes.length) continue;
      if (left <= 0) break;
      const bytes = piece.bytes.subarray(skip, skip + left);
      found.push({ ...piece, offset: piece.offset + skip, bytes });
      left -= bytes.length;
    }
    return found;
  }

  clear(): void {
    this.#pieces.length = this.#bytes = 0;
  }
}
