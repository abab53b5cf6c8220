import type { Clock } from "../../../base/clock.ts";
import type { Exit, LogView, OutputWriter, Overflow } from "../../../core/processes/output-log.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Channel } from "../../../protocol/frames.ts";
import { headerBytes, maxRecordBytes, type Written } from "./record.ts";
import type { SpoolLog } from "./spool-log.ts";
import { Throttle } from "./throttle.ts";

interface Pending {
  channel: Channel;
  bytes: Uint8Array;
  /** How many of its bytes are on their way. */
  taken: number;
  done: PromiseWithResolvers<"ok" | "overflow">;
}

export interface SpoolWriterParts {
  log: SpoolLog;
  overflow: Overflow;
  clock: Clock;
  bytesPerSecond: number;
  /** Frees what an ended log of somebody holds, the oldest first; false where there is none. */
  trimEnded: () => Promise<boolean>;
  onMore: () => void;
  onSealed: () => void;
}

/** No more than the ring keeps: a reader at the end never has to go to the file. */
const batchBytes = 256 * 1024;
/** While somebody reads along, so that what was written is still at hand when it is read. */
const followedBatchBytes = 128 * 1024;
const batchRecords = 256;

/** Takes a command's bytes into its log: what waits goes out together, a write at a time. */
export class SpoolWriter implements OutputWriter {
  readonly #parts: SpoolWriterParts;
  readonly #throttle: Throttle;
  readonly #pending: Pending[] = [];
  readonly #hungry = new Set<object>();
  #flushing: Promise<void> | undefined;
  #sealed: Promise<LogView> | undefined;
  #ended: { as: "overflow" } | { as: "failed"; fault: Fault } | undefined;
  #consumed = 0;
  #changed = Promise.withResolvers<void>();

  constructor(parts: SpoolWriterParts) {
    this.#parts = parts;
    this.#throttle = new Throttle(parts);
  }

  write(channel: Channel, bytes: Uint8Array): Promise<"ok" | "overflow"> {
    if (this.#ended?.as === "failed") return Promise.reject(this.#ended.fault);
    if (this.#ended !== undefined || this.#sealed !== undefined) return Promise.resolve("overflow");
    if (bytes.length === 0) return Promise.resolve("ok");
    const done = Promise.withResolvers<"ok" | "overflow">();
    this.#pending.push({ channel, bytes, taken: 0, done });
    this.#flushing ??= this.#flush();
    return done.promise;
  }

  /** What waits is written at full speed; what waits for room is given up. */
  seal(exit: Exit): Promise<LogView> {
    this.#sealed ??= this.#seal(exit);
    return this.#sealed;
  }

  /** A seal that failed was told to who asked for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sealed === undefined) await this.seal({ code: null, signal: 9 });
    else await Promise.allSettled([this.#sealed]);
  }

  setHungry(reader: object, hungry: boolean): void {
    if (hungry) this.#hungry.add(reader);
    else this.#hungry.delete(reader);
    this.recheck();
  }

  consumed(offset: number): void {
    this.#consumed = Math.max(this.#consumed, offset);
    this.recheck();
  }

  /** Something it may be waiting for has changed. */
  recheck(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #seal(exit: Exit): Promise<LogView> {
    this.recheck();
    try {
      await this.#flushing;
      await this.#parts.log.seal(exit).catch((error: unknown) => {
        throw faultOf(error);
      });
    } finally {
      this.#parts.onSealed();
      this.#parts.onMore();
    }
    return this.#parts.log.view();
  }

  /** Never rejects: whoever waits for a write is told. */
  async #flush(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        await this.#slowDown();
        if ((await this.#writeBatch()) === "overflow") this.#ended = { as: "overflow" };
        if (this.#ended !== undefined) break;
      }
      for (const { done } of this.#pending) done.resolve("overflow");
    } catch (error) {
      const fault = faultOf(error);
      this.#ended = { as: "failed", fault };
      for (const { done } of this.#pending) done.reject(fault);
    }
    this.#pending.length = 0;
    this.#flushing = undefined;
  }

  /** Without a reader that wants more, a flood goes no faster than its rate. */
  async #slowDown(): Promise<void> {
    while (this.#hungry.size === 0 && this.#sealed === undefined) {
      const { waitMs } = this.#throttle;
      if (waitMs <= 0) return;
      const due = Promise.withResolvers<void>();
      using _timer = this.#parts.clock.timer(waitMs, due.resolve);
      await Promise.race([due.promise, this.#changed.promise]);
    }
  }

  async #writeBatch(): Promise<"ok" | "overflow"> {
    const { log } = this.#parts;
    // Nothing may be awaited between the last look at the room and its use: others write too.
    while (log.room <= headerBytes) if ((await this.#makeRoom()) === "none") return this.#withoutRoom();
    const batch = this.#take(log.room);
    await log.append(batch);
    if (this.#hungry.size === 0) this.#throttle.spend(bytesOf(batch));
    this.#settle();
    this.#parts.onMore();
    return "ok";
  }

  async #makeRoom(): Promise<"some" | "none"> {
    const { log, overflow, trimEnded } = this.#parts;
    const changed = this.#changed.promise;
    if (!log.isFull && (await trimEnded())) return "some";
    if (overflow === "drop_oldest") return (await log.dropOldest()) ? "some" : "none";
    if (overflow === "kill") return "none";
    if (await log.dropBelow(this.#consumed)) return "some";
    if (this.#sealed !== undefined) return "none";
    await changed;
    return "some";
  }

  /** Others hold every byte there is: what may be dropped is, before it was ever kept. */
  #withoutRoom(): "ok" | "overflow" {
    if (this.#parts.overflow !== "drop_oldest") return "overflow";
    const [first] = this.#pending;
    if (first === undefined) return "ok";
    this.#parts.log.skip(first.bytes.length - first.taken);
    first.taken = first.bytes.length;
    this.#settle();
    this.#parts.onMore();
    return "ok";
  }

  #take(room: number): Written[] {
    const batch: Written[] = [];
    let left = Math.min(room, this.#hungry.size === 0 ? batchBytes : followedBatchBytes);
    for (const pending of this.#pending) {
      while (pending.taken < pending.bytes.length) {
        if (left <= headerBytes || batch.length === batchRecords) return batch;
        const bytes = pending.bytes.subarray(
          pending.taken,
          pending.taken + Math.min(left - headerBytes, maxRecordBytes),
        );
        batch.push({ channel: pending.channel, bytes });
        pending.taken += bytes.length;
        left -= headerBytes + bytes.length;
      }
    }
    return batch;
  }

  #settle(): void {
    const open = this.#pending.findIndex(({ taken, bytes }) => taken < bytes.length);
    const finished = this.#pending.splice(0, open === -1 ? this.#pending.length : open);
    for (const { done } of finished) done.resolve("ok");
  }
}

function bytesOf(batch: readonly Written[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** A disk that does not take the bytes is an expected failure of its own. */
function faultOf(error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new Fault(full ? "store.full" : "store.unavailable", `Cannot write output to the spool: ${code}`, {
    facts: { reason: code },
    cause: error,
  });
}
