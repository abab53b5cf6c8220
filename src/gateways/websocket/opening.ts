import type { Duplex } from "node:stream";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { CLOSE, type CloseCode, type CloseReason } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, TokenId } from "../../protocol/ids.ts";
import { closeCodeOf, type Entered, enter } from "./entering.ts";
import type { SharedParts } from "./parts.ts";
import type { Pump } from "./pump.ts";
import { faultText, type RequestId, refused } from "./reply.ts";
import { type RequestFrame, readRequest } from "./request-frame.ts";

/** A client has this long, and this much, to say who it is. */
const openMs = 5000;
const openBytes = 16 * 1024;

const opensFirst = "session.open comes first, and its answer before more";

export type OpeningShared = Pick<SharedParts, "clock" | "doors" | "slowed" | "reports">;

export interface OpeningParts {
  shared: OpeningShared;
  socket: Duplex;
  address: string;
  pump: Pump;
  close: (code: CloseCode, reason: CloseReason) => void;
  /** They are let in; may still refuse with a `Fault`. */
  onEntered: (id: RequestId, entered: Entered) => void;
}

/**
 * A connection of somebody who is not known yet: `waiting` for the credential, `entering` while it is checked,
 * `slowed` while its refusal is held back, `over`. What comes before the answer, late or too large, ends the connection.
 */
export class Opening implements Disposable {
  readonly #parts: OpeningParts;
  readonly #limit: Disposable;
  readonly #late: Disposable;
  #state: "waiting" | "entering" | "slowed" | "over" = "waiting";
  #slowed: AbortController | undefined;
  /** Tokens, and calls that had one, which ended while ours was not known yet. */
  #ended: Set<TokenId | CallId> | undefined;

  constructor(parts: OpeningParts) {
    this.#parts = parts;
    const { shared, close } = parts;
    this.#late = shared.clock.timer(openMs, () => close(CLOSE.slowToOpen, { code: "auth.required" }));
    this.#limit = limited(parts.socket, () => close(CLOSE.badFrame, { code: "input.too-large" }));
  }

  /** Whether it is the client, or a guesser's wait, that holds the connection up. */
  get isWaiting(): boolean {
    return this.#state === "waiting" || this.#state === "slowed";
  }

  take(data: Buffer, isBinary: boolean): void {
    if (this.#state === "waiting" && !isBinary && data.length <= openBytes) this.#open(data.toString());
    else this.#refuseFrame();
  }

  tokenEnded({ token, call }: EndedToken): void {
    this.#ended ??= new Set();
    this.#ended.add(call ?? token);
  }

  #open(text: string): void {
    this.#state = "entering";
    this.#late[Symbol.dispose]();
    const frame = readRequest(text);
    if (typeof frame === "string" || frame.method !== "session.open" || frame.id === undefined) this.#refuseFrame();
    else void this.#enter(frame.id, frame);
  }

  async #enter(id: RequestId, frame: RequestFrame): Promise<void> {
    const { shared, address, onEntered } = this.#parts;
    try {
      const entered = await enter(shared.doors, frame, address);
      if (this.#isOver) return;
      this.#refuseEnded(entered);
      onEntered(id, entered);
    } catch (error) {
      await this.#slow(error);
      if (!this.#isOver) this.#refuse(id, error, frame.traceparent);
    }
  }

  #refuseEnded({ caller: { token, call } }: Entered): void {
    if (this.#ended?.has(token) === true || (call !== undefined && this.#ended?.has(call) === true))
      throw new Fault("auth.revoked", "Cannot open the session: the token has ended meanwhile");
  }

  /** Holds a guesser's refusal back for the wait that it names, while the connection is there. */
  async #slow(error: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#state = "slowed";
    this.#slowed = new AbortController();
    await this.#parts.shared.slowed.hold(error, this.#parts.address, this.#slowed.signal);
  }

  #refuse(id: RequestId, error: unknown, traceparent: string | undefined): void {
    const { shared, pump, close } = this.#parts;
    const { fault, view } = refused(error, shared.reports, traceparent);
    pump.reply(faultText(id, view));
    const { afterMs } = fault.retry;
    close(closeCodeOf(fault), { code: fault.code, ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }) });
  }

  #refuseFrame(): void {
    this.#parts.close(CLOSE.badFrame, { code: "input.invalid", why: opensFirst });
  }

  get #isOver(): boolean {
    return this.#state === "over";
  }

  [Symbol.dispose](): void {
    this.#state = "over";
    this.#late[Symbol.dispose]();
    this.#limit[Symbol.dispose]();
    this.#slowed?.abort();
  }
}

/** A frame is held in memory before it is whole, so who is not known yet gets little of that. */
function limited(socket: Duplex, onExceeded: () => void): Disposable {
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > 2 * openBytes) onExceeded();
  };
  socket.on("data", count);
  return { [Symbol.dispose]: () => void socket.off("data", count) };
}
