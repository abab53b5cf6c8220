import type { Caller } from "../../core/tenants/caller.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { isEndedBy } from "../../core/tenants/is-ended-by.ts";
import { CLOSE, type CloseCode, type CloseReason } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Entered } from "./entering.ts";
import type { SharedParts } from "./parts.ts";
import type { Pump } from "./pump.ts";
import { Service, type ServiceShared } from "./service.ts";
import type { Wire } from "./wire.ts";

/** How long a client has to take what is committed for it. */
const lastWordsMs = 2000;

export type OpenSessionShared = ServiceShared & Pick<SharedParts, "doors" | "calls">;

export interface OpenSessionParts {
  shared: OpenSessionShared;
  entered: Entered;
  wire: Wire;
  pump: Pump;
  close: (code: CloseCode, reason: CloseReason) => void;
}

/** A session on its connection. It is present, and does not run out, until this is disposed. */
export class OpenSession implements Disposable {
  readonly id: SessionId;
  readonly isWaiting = false;
  readonly #shared: OpenSessionShared;
  readonly #caller: Caller;
  readonly #wire: Wire;
  readonly #pump: Pump;
  readonly #close: OpenSessionParts["close"];
  readonly #service: Service;
  readonly #held: DisposableStack;
  #keeping: Disposable;
  #isConfirmed = false;
  /** Set while the client is sent what is committed for it before it is told to go. */
  #onCaughtUp: (() => void) | undefined;

  /** Refuses with a `Fault` who has too many connections. */
  constructor(parts: OpenSessionParts) {
    const { shared, entered, wire, pump, close } = parts;
    const { caller, opened } = entered;
    const { session } = opened;
    this.id = session;
    this.#shared = shared;
    this.#caller = caller;
    this.#wire = wire;
    this.#pump = pump;
    this.#close = close;
    using held = new DisposableStack();
    held.use(shared.rates.connection(caller));
    held.use(shared.presences.arrive({ session }));
    this.#service = held.use(new Service({ shared, caller, session, wire, pump, close }));
    this.#held = held.move();
    this.#keeping = this.#keep(opened.ttlMs / 2);
  }

  /** False while we do not read on purpose. */
  get reads(): boolean {
    return !this.#service.intake.isPaused;
  }

  take(data: Buffer, isBinary: boolean): void {
    if (!this.#isConfirmed) this.#confirm();
    this.#service.take(data, isBinary);
  }

  tokenEnded(ended: EndedToken): void {
    const { why } = ended;
    if (isEndedBy(this.#caller, ended))
      this.#close(why === "revoked" ? CLOSE.unauthorised : CLOSE.credentialExpired, { code: `auth.${why}` });
  }

  /** Replies have left. */
  relieved(): void {
    this.#service.intake.check();
  }

  /** Nothing more is to be sent for now. */
  rested(): void {
    if (this.#service.isCaughtUp) this.#onCaughtUp?.();
  }

  recheck(): void {
    this.#service.recheck();
  }

  /** Takes no request any more; resolves when the client was sent what is committed for it, or after 2 s, or when it is gone. */
  async sayLastWords(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _enough = this.#shared.clock.timer(lastWordsMs, resolve);
    this.#onCaughtUp = resolve;
    this.#service.leave();
    this.#wire.resume();
    this.#pump.rest();
    await promise;
  }

  /** Nobody comes back to it. One with calls under way stays: their grace time is for its client to change its mind. */
  async end(): Promise<void> {
    const { calls, doors } = this.#shared;
    if (calls.hasOpen(this.id)) return;
    try {
      await doors.endSession(this.id);
    } catch (error) {
      this.#report(error);
    }
  }

  /** The client has shown that it got the answer: the secret before it is worth nothing now. */
  #confirm(): void {
    this.#isConfirmed = true;
    this.#shared.doors.confirmSession(this.id).catch((error: unknown) => {
      this.#isConfirmed = false;
      this.#report(error);
    });
  }

  #keep(everyMs: number): Disposable {
    return this.#shared.clock.timer(everyMs, () => {
      if (this.#isConfirmed) this.#confirm();
      this.#keeping = this.#keep(everyMs);
    });
  }

  #report(error: unknown): void {
    if (!(error instanceof Fault)) this.#shared.reports.bug(error, { place: "websocket", trace: "" });
  }

  [Symbol.dispose](): void {
    this.#keeping[Symbol.dispose]();
    this.#onCaughtUp?.();
    this.#held.dispose();
  }
}
