const newline = 0x0a;

/** Bytes made into lines. What of a line has not come yet is kept, up to a limit. */
export class Lines {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that these bytes complete; "too long" once one has more than it may. The bytes are copied. */
  take(bytes: Uint8Array): string[] | "too long" {
    const lines: string[] = [];
    let from = 0;
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, from)) {
      if (!this.#keep(bytes.subarray(from, at))) return "too long";
      lines.push(this.#whole());
      from = at + 1;
    }
    return this.#keep(bytes.subarray(from)) ? lines : "too long";
  }

  /** What was begun and will have no end any more. */
  rest(): string[] {
    return this.#bytes === 0 ? [] : [this.#whole()];
  }

  #keep(part: Uint8Array): boolean {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) return false;
    if (part.length > 0) this.#parts.push(Buffer.from(part));
    return true;
  }

  #whole(): string {
    const line = Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    this.#bytes = 0;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}
