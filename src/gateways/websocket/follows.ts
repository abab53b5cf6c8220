import { Turnover } from "../../base/turnover.ts";
import type { Place } from "../../core/calls/journal-cursor.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, SessionId } from "../../protocol/ids.ts";
import { Follow, type FollowParts } from "./follow.ts";
import { LoadSlots } from "./load-slots.ts";
import type { GatewayParts } from "./parts.ts";
import type { Pump } from "./pump.ts";
import { Stream } from "./stream.ts";
import type { OutputBudget } from "./stream-window.ts";

const maxFollows = 4096;
const loadsAtOnce = 2;

export interface FollowsParts extends Pick<GatewayParts, "journal" | "outputs" | "presences" | "clock"> {
  pump: Pump;
  budget: OutputBudget;
  session: SessionId;
  onFailure: (error: unknown) => void;
  onBug: (error: unknown) => void;
}

/** What a reader asks for. */
export interface Attach {
  at: Place;
  /** From where the output is wanted, and whether its log may be there already. */
  output?: { offset: number; begins: "now" | "later" };
  hold?: boolean;
}

/** All cursors of one connection: one a call, and one more where its output is wanted. */
export class Follows implements Disposable {
  readonly #parts: FollowsParts;
  readonly #shared: FollowParts;
  readonly #byCall = new Turnover<CallId, Follow>();
  readonly #byStream = new Turnover<number, Follow>();
  readonly #holds = new Map<CallId, Disposable>();
  #lastStream = 0;

  constructor(parts: FollowsParts) {
    this.#parts = parts;
    const { journal, pump, onFailure } = parts;
    const onEnd = (follow: Follow) => this.drop(follow.call);
    this.#shared = { journal, pump, onFailure, onEnd, slots: new LoadSlots(loadsAtOnce) };
  }

  /**
   * A cursor in place of the one there was. It sends nothing before `begin`, which its opener calls once
   * the answer is queued.
   */
  attach(attach: Attach): Follow {
    const { at, hold } = attach;
    const { call } = at;
    this.drop(call);
    if (this.#byCall.size >= maxFollows)
      throw new Fault("session.limit", `Cannot follow ${call}: ${maxFollows} calls are followed, expected fewer`);
    const follow = new Follow(this.#shared, at, this.#stream(attach));
    this.#byCall.set(call, follow);
    if (follow.stream !== undefined) this.#byStream.set(follow.stream.number, follow);
    if (hold === true) this.#holds.set(call, this.#parts.presences.hold(call));
    return follow;
  }

  /** The call whose output or input has this number on this connection. */
  callOf(stream: number): CallId | undefined {
    return this.#byStream.get(stream)?.call;
  }

  /** Answers whether the reader may say so; a call that is not followed any more was acknowledged late. */
  ackEvents(call: CallId, seq: number): boolean {
    return this.#byCall.get(call)?.ack(seq) ?? true;
  }

  ackBytes(stream: number, offset: number): boolean {
    return this.#byStream.get(stream)?.stream?.ack(offset) ?? stream <= this.#lastStream;
  }

  drop(call: CallId): void {
    const follow = this.#byCall.get(call);
    if (follow === undefined) return;
    this.#byCall.delete(call);
    if (follow.stream !== undefined) this.#byStream.delete(follow.stream.number);
    follow[Symbol.dispose]();
    this.#holds.get(call)?.[Symbol.dispose]();
    this.#holds.delete(call);
  }

  get areCaughtUp(): boolean {
    for (const follow of this.#byCall.values()) if (!follow.isCaughtUp) return false;
    return true;
  }

  /** Asks every cursor to look again: a hint may have been lost on its way here. */
  recheck(): void {
    for (const follow of this.#byCall.values()) follow.wake();
  }

  #stream({ at: { call }, output }: Attach): Stream | undefined {
    if (output === undefined) return undefined;
    const { outputs, pump, budget, clock, session, onBug } = this.#parts;
    this.#lastStream += 1;
    return new Stream({
      number: this.#lastStream,
      call,
      ...output,
      outputs,
      pump,
      budget,
      clock,
      onConsumed: (offset) => outputs.consumed(call, offset, { session }),
      onFinish: () => this.#byCall.get(call)?.wake(),
      onBug,
    });
  }

  [Symbol.dispose](): void {
    for (const call of [...this.#byCall.keys()]) this.drop(call);
  }
}
