import { Disposal } from "../../base/disposal.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Feedable } from "./work.ts";

/** What a program has not read yet, in bytes; more is refused. */
const maxPendingBytes = 1024 * 1024;
/** So many inputs and sizes wait at most, however small they are. */
const maxPending = 1024;

/** Bytes for a program, and whether its input ends behind them. */
export interface Input {
  bytes: Uint8Array;
  after: "end" | "more";
}

/**
 * The standard input of a call that runs a program. What comes before the program is there waits for it, in order; what
 * comes after it is `process.gone`.
 */
export class StandardInput {
  readonly #call: CallId;
  readonly #begun = Promise.withResolvers<void>();
  #hasBegun = false;
  #part: Feedable | undefined;
  #pending = 0;
  #pendingBytes = 0;

  constructor(call: CallId) {
    this.#call = call;
  }

  /** Whether the program has begun, or never will. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The program is there, until this is disposed. */
  open(part: Feedable): Disposable {
    this.#part = part;
    this.#begin();
    return {
      [Symbol.dispose]: () => {
        if (this.#part === part) this.#part = undefined;
      },
    };
  }

  /**
   * Resolves once the program's pipe took it. Refuses with `process.gone`, with `process.input-full` beyond 1 MiB or
   * 1,024 inputs pending, and with `input.too-large` what is more than that by itself.
   */
  async take({ bytes, after }: Input): Promise<void> {
    if (bytes.length > maxPendingBytes) throw tooLarge(this.#call, bytes.length);
    using _place = this.#place(bytes.length);
    const part = await this.#reader();
    if (bytes.length > 0) await part.input(bytes);
    if (after === "end") await part.endInput();
  }

  /** The size of the program's terminal; refuses as `take` does, and with `process.no-terminal` where it has none. */
  async resize(size: { rows: number; cols: number }): Promise<void> {
    using _place = this.#place(0);
    const part = await this.#reader();
    if (part.resize === undefined)
      throw new Fault("process.no-terminal", `Cannot resize ${this.#call}: it has pipes, expected a terminal`);
    if ((await part.resize(size)) === "gone") throw gone(this.#call);
  }

  /** The call is over: nothing waits any more. */
  [Symbol.dispose](): void {
    this.#part = undefined;
    this.#begin();
  }

  /** A place among those that wait, until it is disposed: whoever gave it may have left. */
  #place(bytes: number): Disposable {
    const pending = { inputs: this.#pending, pendingBytes: this.#pendingBytes };
    if (this.#pendingBytes + bytes > maxPendingBytes || this.#pending >= maxPending)
      throw full(this.#call, pending, bytes);
    this.#pending += 1;
    this.#pendingBytes += bytes;
    return new Disposal(() => {
      this.#pending -= 1;
      this.#pendingBytes -= bytes;
    });
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#begun.resolve();
  }

  /** Waits also where it need not, so that nobody overtakes who has waited. */
  async #reader(): Promise<Feedable> {
    await this.#begun.promise;
    if (this.#part === undefined) throw gone(this.#call);
    return this.#part;
  }
}

/** Nothing reads what is given to this call, and nothing will. */
export function gone(call: CallId): Fault {
  return new Fault("process.gone", `Cannot reach a program of ${call}: none runs there, expected a command that does`);
}

function full(call: CallId, pending: { inputs: number; pendingBytes: number }, bytes: number): Fault {
  const { inputs, pendingBytes } = pending;
  return new Fault(
    "process.input-full",
    `Cannot write ${bytes} bytes to ${call}: ${pendingBytes} wait to be read, in ${inputs} pieces, expected at most ${maxPendingBytes} together in ${maxPending}`,
    { facts: { ...pending, bytes, maxPendingBytes, maxPending } },
  );
}

function tooLarge(call: CallId, bytes: number): Fault {
  const message = `Cannot write to ${call}: ${bytes} bytes came at once, expected at most ${maxPendingBytes}`;
  return new Fault("input.too-large", message, { facts: { bytes, maxBytes: maxPendingBytes } });
}
