import { createHash } from "node:crypto";
import type { CallHandle } from "../../src/client/call-handle.ts";
import { terminalTypes } from "../../src/protocol/endings.ts";
import type { CallView } from "../../src/protocol/result.ts";

const endings: readonly string[] = terminalTypes;

/** Everything that arrives of one call, kept as numbers: which events, how many bytes, with which hash. */
export class Seen {
  readonly handle: CallHandle;
  readonly seqs: number[] = [];
  gaps = 0;
  endings = 0;
  bytes = 0;
  /** The beginning of the output. */
  text = "";
  readonly #hash = createHash("sha256");
  readonly #waiting: { bytes: number; resolve: () => void }[] = [];
  readonly ended: Promise<CallView>;

  constructor(handle: CallHandle) {
    this.handle = handle;
    this.ended = this.#watch();
    this.ended.catch(() => {});
  }

  /** Each event once, in order, without a hole, and one ending. */
  get isWhole(): boolean {
    return this.gaps === 0 && this.endings === 1 && this.seqs.every((seq, index) => seq === index + 1);
  }

  /** Of the output so far; once. */
  hash(): string {
    return this.#hash.digest("hex");
  }

  /** Resolves when so many bytes are here, or the call has ended. */
  async atLeast(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, resolve });
    await Promise.race([promise, this.ended]);
  }

  async #watch(): Promise<CallView> {
    let output: Promise<void> | undefined;
    for await (const event of this.handle.events) {
      if (!("type" in event)) {
        this.gaps += 1;
        continue;
      }
      for (let seq = event.from ?? event.seq; seq <= event.seq; seq++) this.seqs.push(seq);
      if (endings.includes(event.type)) this.endings += 1;
      if (event.type === "process.started") {
        output = this.#read();
        // Awaited below; a daemon that is killed meanwhile must not end this program.
        output.catch(() => {});
      }
    }
    await output?.catch(() => {});
    return await this.handle.result();
  }

  async #read(): Promise<void> {
    for await (const piece of this.handle.output()) {
      if (piece.kind !== "data") continue;
      this.bytes += piece.bytes.length;
      this.#hash.update(piece.bytes);
      if (this.text.length < 1000) this.text += Buffer.from(piece.bytes).toString();
      for (const { bytes, resolve } of this.#waiting) if (this.bytes >= bytes) resolve();
    }
  }
}
