import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const blockBytes = 1024 * 1024;

/** Room kept for a full disk: given up, it lets what runs be written to its end. */
export class Reserve {
  readonly #file: string;
  readonly #bytes: number;
  readonly #freeBytes: () => number;
  #held: boolean;

  constructor(parts: { file: string; bytes: number; freeBytes?: () => number }) {
    this.#file = parts.file;
    this.#bytes = parts.bytes;
    this.#freeBytes = parts.freeBytes ?? (() => freeBytesAt(dirname(parts.file)));
    this.#held = existsSync(parts.file) || this.#take();
  }

  /** Whether the room is kept. */
  get held(): boolean {
    return this.#held;
  }

  /** How much must be free for it to be taken back, once it was let go. */
  get expectedBytes(): number {
    return 2 * this.#bytes;
  }

  /** Lets the room go, for what has to be written now. */
  giveUp(): void {
    rmSync(this.#file, { force: true });
    this.#held = false;
  }

  /** Takes the room back once there is clearly enough; answers whether it is held. */
  restore(): boolean {
    if (this.#held) return true;
    if (this.#freeBytes() >= this.expectedBytes) this.#held = this.#take();
    return this.#held;
  }

  /** Written out, because a file of holes keeps no room. */
  #take(): boolean {
    const file = openSync(this.#file, "w", 0o600);
    try {
      for (let left = this.#bytes; left > 0; left -= blockBytes)
        writeSync(file, Buffer.alloc(Math.min(left, blockBytes)));
      return true;
    } catch {
      rmSync(this.#file, { force: true });
      return false;
    } finally {
      closeSync(file);
    }
  }
}

function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
