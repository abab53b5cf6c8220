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

/** What a handle is made of; the client makes it. */
export interface CallHandleParts {
  call: CallId;
  ask: <M extends Method>(method: M, params: ParamsInput<M>) => Promise<MethodResult<M>>;
  /** All that the client reads of this call; asked for when somebody reads. */
  followed: () => Followed;
  /** The call is known to have ended. */
  onEnded: () => void;
  /** The last event that whoever has the handle knows; 0 for none. */
  after: number;
  /** The first byte of the output that is wanted. */
  offset: number;
  /** As in `FollowOptions`. */
  hold: boolean;
  /** What was begun together with the call. */
  first?: EventReader | undefined;
  /** The whole answer, where it came at once. */
  answer?: CallView | undefined;
}

/**
 * A call of this daemon, wherever it was started. What it answers goes on over cuts of the connection; every method
 * rejects with `client.disconnected` once the client has ended, and with `call.unknown` for a call that is another
 * principal's or not kept any more.
 */
export class CallHandle {
  /** The same on every connection, gateway and start of the daemon. */
  readonly id: CallId;
  /**
   * Every event once and in order, from where the last loop over it left off; what is gone is told as a gap. It ends
   * behind the terminal event. An event counts as read when the next one is asked for: a loop that lingers holds back
   * what is sent of this call at 1,024 events or 1 MiB, and nothing else.
   */
  readonly events: AsyncIterable<EventOrGap>;
  readonly #parts: CallHandleParts;
  #reader: EventReader | undefined;
  #inputs: Promise<unknown> = Promise.resolve();

  constructor(parts: CallHandleParts) {
    this.id = parts.call;
    this.#parts = parts;
    this.events = { [Symbol.asyncIterator]: () => this.#nextReader() };
  }

  /**
   * The output from where the handle begins; one reader at a time, a second one is thrown out as a bug. Its loop
   * rejects with `output.unknown` where the call has no output or not any more, or its history is another one.
   */
  output(): Output {
    return this.#parts.followed().readOutput(this.#parts.offset);
  }

  /** The call once it has ended, however it ended: a call that failed resolves too, with its `fault`. */
  async result(): Promise<CallView> {
    if (this.#parts.answer !== undefined) return this.#parts.answer;
    for (;;) {
      const view = await this.#parts.ask("call.wait", { call: this.id, timeoutMs: waitMs });
      if (!hasEnded(view.phase)) continue;
      this.#parts.onEnded();
      return view;
    }
  }

  /**
   * Answers the call's state afterwards; on an ended call that is its final one. A cancelled call may still be ending
   * then: `result` tells when it has. Rejects with `auth.scope` where the token may not start this tool.
   */
  control(action: "pause" | "resume" | "cancel"): Promise<CallView> {
    return this.#parts.ask("call.control", { call: this.id, action });
  }

  /**
   * Standard input, in the order of the calls; text as UTF-8. Resolves once the daemon has taken it for the program.
   * Rejects with `process.input-full` (1 MiB waits unread), `process.gone`, `call.ended`, and with `OutcomeUnknown`
   * where a cut took the answer: some of it may have been taken.
   */
  input(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return this.#feed(async () => {
      for (let from = 0; from < bytes.length; from += inputBytes) {
        const base64 = base64Of(bytes.subarray(from, from + inputBytes));
        await this.#parts.ask("call.input", { call: this.id, base64 });
      }
    });
  }

  /** Closes standard input behind what was sent before; rejects as `input` does. */
  end(): Promise<void> {
    return this.#feed(async () => {
      await this.#parts.ask("call.input", { call: this.id, end: true });
    });
  }

  /** The size of its program's terminal, 1 to 1000 each. Rejects with `process.no-terminal`, `process.gone` or `call.ended`. */
  async resize(size: { rows: number; cols: number }): Promise<void> {
    await this.#parts.ask("call.resize", { call: this.id, ...size });
  }

  /**
   * Answers an `input.requested`, whose data names the `request`; answers the call once that is durable. Rejects with
   * `input.invalid` where no such question is open, `call.ended`, and with `OutcomeUnknown` where a cut took the answer.
   */
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
