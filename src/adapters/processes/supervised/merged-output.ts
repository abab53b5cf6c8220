import type { Readable } from "node:stream";
import type { Clock } from "../../../base/clock.ts";
import type { OutputChunk } from "../../../core/processes/process-host.ts";
import { readInto } from "./read-into.ts";

/** As much as a pipe gives at once. */
const readBytes = 64 * 1024;
/** More than pipes can hold: beyond it somebody still writes. */
const drainBytes = 4 * 1024 * 1024;
const silenceMs = 250;

/**
 * Both pipes of a command as one stream, in the order of arrival. Nothing is read before somebody asks: until
 * then the pipes fill and the command waits. Both are read into the same memory, a chunk at a time.
 */
export class MergedOutput implements AsyncIterable<OutputChunk> {
  readonly #pipes: readonly Readable[];
  readonly #memory = Buffer.allocUnsafeSlow(readBytes);
  #queue: OutputChunk[] = [];
  #bytes = 0;
  /** Those that may bring more. */
  readonly #open: Set<Readable>;
  #mode: "ask" | "drain" = "ask";
  #more = Promise.withResolvers<"more">();

  constructor(pipes: Record<OutputChunk["channel"], Readable>) {
    this.#pipes = [this.#take(pipes.stdout, "stdout"), this.#take(pipes.stderr, "stderr")];
    // A short command may have ended before anybody looked: of its pipes the end may be told already, or be told again.
    this.#open = new Set(this.#pipes.filter(({ destroyed }) => !destroyed));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.bytes.length;
        yield chunk;
      } else if (this.#open.size === 0) return;
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
    // What was read and not taken would be read over.
    this.#queue = this.#queue.map(kept);
    this.#flow();
    while (this.#open.size > 0) {
      if ((await this.#moreOrSilence(clock)) === "more" && this.#bytes <= drainBytes) continue;
      for (const pipe of this.#pipes) pipe.destroy();
      return false;
    }
    return true;
  }

  #flow(): void {
    for (const pipe of this.#pipes) if (pipe.isPaused()) pipe.resume();
  }

  #take(source: Readable, channel: OutputChunk["channel"]): Readable {
    const pipe = readInto(source, this.#memory, (bytes) => this.#took({ channel, bytes }));
    // A pipe that fails ends like one that was closed.
    pipe.on("error", () => pipe.destroy());
    pipe.once("close", () => {
      this.#open.delete(pipe);
      this.#wake();
    });
    return pipe;
  }

  #took(chunk: OutputChunk): void {
    if (this.#mode === "ask") for (const pipe of this.#pipes) pipe.pause();
    this.#queue.push(this.#mode === "ask" ? chunk : kept(chunk));
    this.#bytes += chunk.bytes.length;
    this.#wake();
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

function kept({ channel, bytes }: OutputChunk): OutputChunk {
  return { channel, bytes: Buffer.from(bytes) };
}
