import type { Clock } from "../../../base/clock.ts";
import type { Exit, LogView, OutputWriter, Overflow, Reader } from "../../../core/processes/output-log.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Channel } from "../../../protocol/frames.ts";
import type { SessionId } from "../../../protocol/ids.ts";
import type { Followers } from "./followers.ts";
import { largestShare, type OutputMemory, slabBytes } from "./output-memory.ts";
import { headerBytes, maxRecordBytes } from "./record.ts";
import type { SpoolLog } from "./spool-log.ts";
import { type DrainRate, Throttle } from "./throttle.ts";

/** A write whose last byte stands before `end`. */
interface Pending {
  end: number;
  done: PromiseWithResolvers<"ok" | "overflow">;
}

export interface SpoolWriterParts {
  log: SpoolLog;
  overflow: Overflow;
  /** Whose reading is waited for under `block`; whoever reads where there is none. */
  starter: SessionId | undefined;
  followers: Pick<Followers, "furthest" | "tell">;
  memory: OutputMemory;
  clock: Clock;
  rate: DrainRate;
  /** Frees what an ended log of somebody holds, the oldest first; false where there is none. */
  trimEnded: () => Promise<boolean>;
  onSealed: () => void;
}

/** Takes a command's bytes into its log: what waits goes out together, a write at a time. */
export class SpoolWriter implements OutputWriter {
  readonly #parts: SpoolWriterParts;
  readonly #throttle: Throttle;
  readonly #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #sealed: Promise<LogView> | undefined;
  #ended: { as: "overflow" } | { as: "failed"; fault: Fault } | undefined;
  /** How far the starter has read, and how far anybody has. */
  readonly #read = { byStarter: 0, byAnybody: 0 };
  #awaited: "byStarter" | "byAnybody";
  #isFollowed = false;
  #isNear = false;
  #change: PromiseWithResolvers<void> | undefined;

  constructor(parts: SpoolWriterParts) {
    this.#parts = parts;
    this.#awaited = parts.starter === undefined ? "byAnybody" : "byStarter";
    this.#throttle = new Throttle(parts);
  }

  get aheadBytes(): number {
    return this.#isFollowed ? this.#parts.memory.shareBytes / 2 : maxRecordBytes;
  }

  write(channel: Channel, bytes: Uint8Array): Promise<"ok" | "overflow"> {
    if (this.#ended?.as === "failed") return Promise.reject(this.#ended.fault);
    if (this.#ended !== undefined || this.#sealed !== undefined) return Promise.resolve("overflow");
    if (bytes.length === 0) return Promise.resolve("ok");
    const done = Promise.withResolvers<"ok" | "overflow">();
    this.#pending.push({ end: this.#parts.log.push(channel, bytes), done });
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

  consumed(offset: number, { session }: Reader): void {
    this.#read.byAnybody = Math.max(this.#read.byAnybody, offset);
    if (session === this.#parts.starter) this.#read.byStarter = Math.max(this.#read.byStarter, offset);
    this.recheck();
  }

  waitForAnybody(): void {
    this.#awaited = "byAnybody";
    this.recheck();
  }

  /** Something it may be waiting for has changed. */
  recheck(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }

  async #seal(exit: Exit): Promise<LogView> {
    this.recheck();
    try {
      await this.#flushing;
      await this.#parts.log.seal(exit).catch((error: unknown) => {
        throw faultOf(error);
      });
    } finally {
      this.#setNear(false);
      this.#parts.onSealed();
      this.#parts.followers.tell();
    }
    return this.#parts.log.view();
  }

  /** Never rejects: whoever waits for a write is told. */
  async #flush(): Promise<void> {
    try {
      while (this.#parts.log.waiting > 0) {
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

  /** Without a reader that is near the end, a flood goes no faster than its rate. */
  async #slowDown(): Promise<void> {
    for (;;) {
      this.#look();
      const wait = this.#isFollowed || this.#sealed !== undefined ? undefined : this.#throttle.wait(this.#nextChange);
      if (wait === undefined) return;
      await wait;
    }
  }

  /** Whether somebody reads along: no more behind than what is at hand. */
  #look(): void {
    const { followers, log, memory } = this.#parts;
    // Who has stopped reading takes part until nothing would be kept for it: otherwise many that stop got the whole each.
    this.#setNear(followers.furthest + largestShare >= log.end);
    this.#isFollowed = followers.furthest + memory.shareBytes / 2 >= log.end;
  }

  #setNear(isNear: boolean): void {
    if (isNear === this.#isNear) return;
    this.#isNear = isNear;
    this.#parts.memory.sharedBy(isNear ? 1 : -1);
  }

  async #writeBatch(): Promise<"ok" | "overflow"> {
    const { log, memory, followers } = this.#parts;
    // Nothing may be awaited between the last look at the room and its use: others write too.
    while (log.room <= headerBytes) if ((await this.#makeRoom()) === "none") return this.#withoutRoom();
    const before = log.end;
    await log.flush(this.#isFollowed ? memory.shareBytes / 4 : maxRecordBytes, this.#keptSlabs);
    if (this.#isFollowed) this.#throttle.restart();
    else this.#throttle.spend(log.end - before);
    this.#settle();
    followers.tell();
    return "ok";
  }

  /** What a reader who falls behind may still find at hand. */
  get #keptSlabs(): number {
    const { followers, log, memory } = this.#parts;
    return followers.furthest + memory.shareBytes >= log.end ? memory.shareBytes / slabBytes : 0;
  }

  async #makeRoom(): Promise<"some" | "none"> {
    const { log, overflow, trimEnded } = this.#parts;
    const changed = this.#nextChange();
    if (!log.isFull && (await trimEnded())) return "some";
    if (overflow === "drop_oldest") return (await log.dropOldest()) ? "some" : "none";
    if (overflow === "kill") return "none";
    if (await log.dropBelow(this.#read[this.#awaited])) return "some";
    if (this.#sealed !== undefined) return "none";
    await changed;
    return "some";
  }

  /** Others hold every byte there is: what may be dropped is, before it was ever kept. */
  #withoutRoom(): "ok" | "overflow" {
    if (this.#parts.overflow !== "drop_oldest") return "overflow";
    this.#parts.log.skip();
    this.#settle();
    this.#parts.followers.tell();
    return "ok";
  }

  #settle(): void {
    const { end } = this.#parts.log;
    const open = this.#pending.findIndex((pending) => pending.end > end);
    const finished = this.#pending.splice(0, open === -1 ? this.#pending.length : open);
    for (const { done } of finished) done.resolve("ok");
  }

  readonly #nextChange = (): Promise<void> => {
    this.#change ??= Promise.withResolvers();
    return this.#change.promise;
  };
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
