import type { Readable } from "node:stream";
import type { Clock } from "../../../base/clock.ts";
import type { OutputChunk } from "../../../core/processes/process-host.ts";

/** About a chunk of each pipe: the log has the memory, not the pipes. */
const aheadBytes = 32 * 1024;
const aheadChunks = 1024;
/** More than pipes can hold: beyond it somebody still writes. */
const drainBytes = 4 * 1024 * 1024;
const silenceMs = 250;

/**
 * Both pipes of a command as one stream, in the order of arrival. Nothing is read before somebody asks, and
 * at most a chunk of each ahead of who asks; then the pipes fill and the command waits.
 */
export class MergedOutput implements AsyncIterable<OutputChunk> {
  readonly #pipes: readonly Readable[];
  readonly #queue: OutputChunk[] = [];
  #bytes = 0;
  #open: number;
  #mode: "ask" | "drain" = "ask";
  #more = Promise.withResolvers<"more">();

  constructor(pipes: Record<OutputChunk["channel"], Readable>) {
    this.#pipes = [pipes.stdout, pipes.stderr];
    this.#open = this.#pipes.length;
    this.#take(pipes.stdout, "stdout");
    this.#take(pipes.stderr, "stderr");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.bytes.length;
        if (this.#hasRoom) this.#flow();
        yield chunk;
      } else if (this.#open === 0) return;
      else {
        this.#flow();
        await this.#more.promise;
      }
    }
  }

  /**
   * Takes what is left in the pipes once the command is gone, whether anybody asks or not. Answers false
   * where a pipe was still open after 250 ms of silence: something keeps it, and it is given up.
   */
  async drain(clock: Clock): Promise<boolean> {
    this.#mode = "drain";
    this.#flow();
    while (this.#open > 0) {
      if ((await this.#moreOrSilence(clock)) === "more" && this.#bytes <= drainBytes) continue;
      for (const pipe of this.#pipes) pipe.destroy();
      return false;
    }
    return true;
  }

  get #hasRoom(): boolean {
    return this.#mode === "drain" || (this.#bytes < aheadBytes && this.#queue.length < aheadChunks);
  }

  #flow(): void {
    for (const pipe of this.#pipes) if (pipe.isPaused()) pipe.resume();
  }

  #take(pipe: Readable, channel: OutputChunk["channel"]): void {
    pipe.pause();
    pipe.on("data", (bytes: Buffer) => {
      this.#queue.push({ channel, bytes });
      this.#bytes += bytes.length;
      if (!this.#hasRoom) for (const other of this.#pipes) other.pause();
      this.#wake();
    });
    // A pipe that fails ends like one that was closed.
    pipe.on("error", () => pipe.destroy());
    pipe.once("close", () => {
      this.#open -= 1;
      this.#wake();
    });
  }

  #wake(): void {
    this.#more.resolve("more");
    this.#more = Promise.withResolvers();
  }

  async #moreOrSilence(clock: Clock): Promise<"more" | "silence"> {
    const { promise, resolve } = Promise.withResolvers<"silence">();
    // After a late timer the bytes may be waiting still: one more turn lets them in.
    using _timer = clock.timer(silenceMs, () => setImmediate(() => setImmediate(resolve, "silence")));
    return await Promise.race([this.#more.promise, promise]);
  }
}
