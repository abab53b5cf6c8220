import type { CallId } from "../protocol/ids.ts";
import type { Method, MethodResult, ParamsInput } from "../protocol/methods.ts";
import { hasEnded } from "../protocol/phase.ts";
import type { CallView } from "../protocol/result.ts";
import type { EventOrGap, EventReader } from "./event-reader.ts";
import type { Followed } from "./followed.ts";
import type { Output } from "./output.ts";

/** One wait of the server; the client asks again for as long as the call takes. */
const waitMs = 60_000;
/** Well under what the server takes in one request. */
const inputBytes = 512 * 1024;

export interface CallHandleParts {
  call: CallId;
  ask: <M extends Method>(method: M, params: ParamsInput<M>) => Promise<MethodResult<M>>;
  followed: () => Followed;
  /** The call is known to have ended. */
  onEnded: () => void;
  after: number;
  offset: number;
  hold: boolean;
  /** What was begun together with the call. */
  first?: EventReader | undefined;
  /** The whole answer, where it came at once. */
  answer?: CallView | undefined;
}

/** A call of this daemon, wherever it was started. What it answers goes on over cuts of the connection. */
export class CallHandle {
  readonly id: CallId;
  /** Every event once and in order, from where the last loop over it left off; what is gone is told as a gap. */
  readonly events: AsyncIterable<EventOrGap>;
  readonly #parts: CallHandleParts;
  #reader: EventReader | undefined;
  #inputs: Promise<unknown> = Promise.resolve();

  constructor(parts: CallHandleParts) {
    this.id = parts.call;
    this.#parts = parts;
    this.events = { [Symbol.asyncIterator]: () => this.#nextReader() };
  }

  /** The output from where the handle begins; one reader at a time. */
  output(): Output {
    return this.#parts.followed().readOutput(this.#parts.offset);
  }

  /** The call once it has ended, however it ended. */
  async result(): Promise<CallView> {
    if (this.#parts.answer !== undefined) return this.#parts.answer;
    for (;;) {
      const view = await this.#parts.ask("call.wait", { call: this.id, timeoutMs: waitMs });
      if (!hasEnded(view.phase)) continue;
      this.#parts.onEnded();
      return view;
    }
  }

  /** Answers the call's state afterwards; on an ended call that is its final one. */
  control(action: "pause" | "resume" | "cancel"): Promise<CallView> {
    return this.#parts.ask("call.control", { call: this.id, action });
  }

  /** Standard input, in the order of the calls. */
  input(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return this.#feed(async () => {
      for (let from = 0; from < bytes.length; from += inputBytes) {
        const base64 = base64Of(bytes.subarray(from, from + inputBytes));
        await this.#parts.ask("call.input", { call: this.id, base64 });
      }
    });
  }

  /** Closes standard input behind what was sent before. */
  end(): Promise<void> {
    return this.#feed(async () => {
      await this.#parts.ask("call.input", { call: this.id, end: true });
    });
  }

  /** The size of its program's terminal. */
  async resize(size: { rows: number; cols: number }): Promise<void> {
    await this.#parts.ask("call.resize", { call: this.id, ...size });
  }

  /** Answers an `input.requested`. */
  answer(request: string, value: unknown): Promise<CallView> {
    return this.#parts.ask("call.answer", { call: this.id, request, value });
  }

  #feed(send: () => Promise<void>): Promise<void> {
    const fed = this.#inputs.then(send);
    this.#inputs = fed.catch(() => {});
    return fed;
  }

  #nextReader(): AsyncIterator<EventOrGap> {
    const { answer, first, followed, after, hold } = this.#parts;
    if (answer !== undefined) return nothing;
    this.#reader =
      this.#reader === undefined && first !== undefined
        ? first
        : followed().read(this.#reader?.consumed ?? after, { hold });
    return this.#reader;
  }
}

const nothing: AsyncIterator<EventOrGap> = { next: async () => ({ done: true, value: undefined }) };

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}
