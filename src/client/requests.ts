import { Fault } from "../protocol/fault.ts";
import { keepMs } from "../protocol/keep-ms.ts";
import { type Method, type MethodResult, methods, type ParamsInput } from "../protocol/methods.ts";
import { faultOfError } from "./faults.ts";
import type { Incoming } from "./link.ts";
import { OutcomeUnknown } from "./outcome-unknown.ts";

/** What was asked and is not answered. More is refused before it is sent. */
const maxPending = 10_000;
const maxPendingBytes = 16 * 1024 * 1024;

interface Pending {
  readonly id: number;
  readonly method: Method;
  readonly text: string;
  /** When it was first asked. */
  readonly atMs: number;
  sent: boolean;
  readonly settle: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What requests need of their client. */
export interface RequestsParts {
  /** Sends now, or answers that it cannot. */
  send: (text: string) => boolean;
  /** Milliseconds since 1970. */
  wallMs: () => number;
  /** The largest frame that the server takes. */
  maxFrameBytes: () => number;
}

/** The requests of one client, over however many connections it takes to answer them. */
export class Requests {
  readonly #parts: RequestsParts;
  /** In the order they were asked. */
  readonly #pending = new Map<number, Pending>();
  #bytes = 0;
  #lastId = 0;
  #ended: Fault | undefined;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** How many are not answered. */
  get size(): number {
    return this.#pending.size;
  }

  /** Rejects with a `Fault`, with `OutcomeUnknown`, or with the signal's reason. `onResult` runs before anything that came behind the answer is looked at. */
  ask<M extends Method>(
    request: { method: M; params: ParamsInput<M>; onResult?: (result: MethodResult<M>) => void },
    signal: AbortSignal,
  ): Promise<MethodResult<M>> {
    const { method, params, onResult } = request;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const id = ++this.#lastId;
      const text = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`;
      this.#mustFit(method, text);
      const stop = () => {
        this.#remove(id);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      const pending: Pending = {
        id,
        method,
        text,
        atMs: this.#parts.wallMs(),
        sent: false,
        settle: (raw) => {
          signal.removeEventListener("abort", stop);
          const result = this.#read(method, raw);
          onResult?.(result);
          resolve(result);
        },
        reject: (error) => {
          signal.removeEventListener("abort", stop);
          reject(error);
        },
      };
      this.#pending.set(id, pending);
      this.#bytes += text.length;
      pending.sent = this.#parts.send(text);
    });
  }

  /** An answer off the wire; one that nobody waits for any more is passed over. */
  answered({ id, result, error }: Incoming): void {
    const pending = typeof id === "number" ? this.#remove(id) : undefined;
    if (pending === undefined) return;
    if (error !== undefined) {
      pending.reject(faultOfError(error));
      return;
    }
    try {
      pending.settle(result);
    } catch (unreadable) {
      pending.reject(unreadable);
    }
  }

  /** The connection is cut: what may be repeated waits for the next one. */
  down(): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.sent && !mayRepeat(pending.method)) {
        this.#remove(pending.id);
        pending.reject(new OutcomeUnknown(pending.method));
      }
      pending.sent = false;
    }
  }

  /** A connection is there: what waits goes out in the order it was asked. */
  opened(): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.sent) continue;
      if (pending.method === "call.start" && this.#parts.wallMs() - pending.atMs > keepMs) {
        this.#remove(pending.id);
        pending.reject(
          new Fault("call.too-old", "Cannot repeat the start: its key is not kept any more, expected a younger one"),
        );
      } else pending.sent = this.#parts.send(pending.text);
    }
  }

  /** Every request, here and yet to come, is refused with this. */
  end(fault: Fault): void {
    this.#ended = fault;
    for (const pending of [...this.#pending.values()]) {
      this.#remove(pending.id);
      pending.reject(fault);
    }
  }

  #remove(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#bytes -= pending.text.length;
    return pending;
  }

  #mustFit(method: Method, text: string): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#pending.size >= maxPending || this.#bytes + text.length > maxPendingBytes)
      throw new Fault(
        "admission.overloaded",
        `Cannot send ${method}: ${this.#pending.size} requests wait, expected fewer`,
      );
    const maxBytes = this.#parts.maxFrameBytes();
    // A character takes three bytes at most, so short texts need not be counted.
    if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes)
      throw new Fault("input.too-large", `Cannot send ${method}: more than ${maxBytes} bytes, expected at most that`);
  }

  #read<M extends Method>(method: M, raw: unknown): MethodResult<M> {
    const parsed = methods[method].result.safeParse(raw);
    if (parsed.success) return parsed.data as MethodResult<M>;
    throw new Fault("client.version", `Cannot read the answer to ${method}: it does not fit, expected exai.v1`);
  }
}

function mayRepeat(method: Method): boolean {
  const { repeat } = methods[method];
  return repeat === "same" || repeat === "keyed";
}
