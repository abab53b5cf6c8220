import type { Writable } from "node:stream";
import { Fault } from "../../../protocol/fault.ts";

const maxPendingBytes = 1024 * 1024;

/** A command's standard input. What it does not read waits here, and no more than 1 MiB of it. */
export class StandardInput {
  readonly #pipe: Writable;

  constructor(pipe: Writable) {
    this.#pipe = pipe;
    // A command may close its input or end at any time; each write is told by its own callback.
    pipe.on("error", () => pipe.destroy());
  }

  write(bytes: Uint8Array): Promise<void> {
    const pendingBytes = this.#pipe.writableLength;
    if (!this.#pipe.writable) return Promise.reject(closed());
    if (pendingBytes + bytes.length > maxPendingBytes) return Promise.reject(full(pendingBytes, bytes.length));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pipe.write(bytes, (error) => (error ? reject(closed(error)) : resolve()));
    return promise;
  }

  end(): void {
    if (this.#pipe.writable) this.#pipe.end();
  }

  /** What is still pending is refused. */
  destroy(): void {
    this.#pipe.destroy();
  }
}

function closed(cause?: Error): Fault {
  return new Fault(
    "process.gone",
    "Cannot write to the command: it has ended or closed its input, expected one that reads",
    { cause },
  );
}

function full(pendingBytes: number, bytes: number): Fault {
  return new Fault(
    "process.input-full",
    `Cannot write ${bytes} bytes to the command: ${pendingBytes} wait to be read, expected at most ${maxPendingBytes} together`,
    { facts: { pendingBytes, bytes, maxPendingBytes } },
  );
}
