import { headerBytes, maxRecordBytes } from "./record.ts";

/** Holds any record with its header. */
export const slabBytes = headerBytes + maxRecordBytes;

/** What all logs of a node together should hold of their bytes. */
export const memoryBytes = 16 * 1024 * 1024;
/** No log holds more for those who read along. */
export const largestShare = 1024 * 1024;
const smallestShare = 2 * slabBytes;

/** A piece of memory for a log's bytes. It goes back when nobody holds it any more. */
export class Slab {
  readonly buffer: Buffer;
  readonly #onFree: (buffer: Buffer) => void;
  #holders = 1;

  constructor(buffer: Buffer, onFree: (buffer: Buffer) => void) {
    this.buffer = buffer;
    this.#onFree = onFree;
  }

  /** One more who reads its bytes. */
  hold(): void {
    this.#holders += 1;
  }

  /** Once for whoever took it and once for each `hold`. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#onFree(this.buffer);
  }
}

/**
 * The memory that all logs share. Slabs are used again and again, so that a flood makes no garbage; a slab that
 * is never released is merely not used again. A log that many compete with gets a smaller share.
 */
export class OutputMemory {
  readonly #free: Buffer[] = [];
  #sharing = 0;

  /** One that nobody holds; its bytes are what somebody left in it. */
  take(): Slab {
    return new Slab(this.#free.pop() ?? Buffer.allocUnsafeSlow(slabBytes), this.#give);
  }

  /** What a log may hold whose readers are near its end. */
  get shareBytes(): number {
    const share = Math.floor(memoryBytes / Math.max(1, this.#sharing));
    return Math.min(largestShare, Math.max(smallestShare, share));
  }

  /** One more log whose readers are near its end, or one fewer. */
  sharedBy(change: 1 | -1): void {
    this.#sharing += change;
  }

  /** Gives back what nobody uses. */
  trim(): void {
    this.#free.length = 0;
  }

  readonly #give = (buffer: Buffer): void => {
    if (this.#free.length < memoryBytes / slabBytes) this.#free.push(buffer);
  };
}
