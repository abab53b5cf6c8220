import { Cancelled } from "../../base/abort.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import { CLOSE, type CloseCode, type CloseReason } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import { decodeFrame } from "../../protocol/frames.ts";
import type { CallId, SessionId } from "../../protocol/ids.ts";
import { mcpAck } from "../../protocol/mcp.ts";
import { callAck } from "../../protocol/methods.ts";
import { ConnectionContext, type ContextShared } from "./connection-context.ts";
import { isFlooding, noStrikes, strike } from "./flood.ts";
import { type Asked, answer } from "./handlers.ts";
import { Intake } from "./intake.ts";
import type { SharedParts } from "./parts.ts";
import type { Pump } from "./pump.ts";
import { faultText, type RequestId, refused, resultText } from "./reply.ts";
import { type RequestFrame, readRequest } from "./request-frame.ts";
import type { Wire } from "./wire.ts";

export type ServiceShared = ContextShared & Pick<SharedParts, "rates" | "reports">;

export interface ServiceParts {
  shared: ServiceShared;
  caller: Caller;
  session: SessionId;
  wire: Wire;
  pump: Pump;
  /** Ends the connection because of what the client did, or because it cannot be served. */
  close: (code: CloseCode, reason: CloseReason) => void;
}

type Named = Pick<RequestFrame, "method" | "traceparent"> & { params?: unknown };

/** Serves the frames of one session on one connection. Requests run side by side; nothing waits for another. */
export class Service implements Disposable {
  readonly intake: Intake;
  readonly #parts: ServiceParts;
  readonly #context: ConnectionContext;
  /** The last byte of standard input on its way, by call: bytes of one call keep their order. */
  #inputs: Map<CallId, Promise<void>> | undefined;
  #strikes = noStrikes;
  #isLeaving = false;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    const { shared, caller, session, pump } = parts;
    const onFailure = (error: unknown) => this.#fail(error);
    const onBug = (error: unknown) => shared.reports.bug(error, { place: "websocket", trace: "" });
    this.#context = new ConnectionContext({ shared, caller, session, pump, onFailure, onBug });
    this.intake = new Intake(parts);
  }

  /** Takes no more requests; acknowledgements still make room for what is to be sent. */
  leave(): void {
    this.#isLeaving = true;
    this.#context.recheck();
  }

  get isCaughtUp(): boolean {
    return this.#context.isCaughtUp;
  }

  recheck(): void {
    this.#context.recheck();
  }

  take(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.#takeBytes(data);
    else this.#takeText(data.toString(), data.length);
  }

  #takeText(text: string, bytes: number): void {
    const frame = readRequest(text);
    if (typeof frame === "string") this.#refuseFrame(frame);
    else if (frame.id === undefined) this.#notify(frame);
    else void this.#answer(frame.id, frame, bytes);
  }

  async #answer(id: RequestId, frame: RequestFrame, bytes: number): Promise<void> {
    const { pump } = this.#parts;
    using place = this.#admit(id, frame, bytes);
    if (place === undefined) return;
    try {
      const { result, begins } = await answer(this.#asked(frame), frame.method, frame.params);
      pump.reply(resultText(id, result));
      begins?.begin();
    } catch (error) {
      this.#refuse(id, error, frame);
    }
  }

  /** Its place where the rate and the limits of this connection let the request in. */
  #admit(id: RequestId, frame: Named, bytes: number): Disposable | undefined {
    try {
      if (this.#isLeaving) throw new Cancelled("shutdown");
      this.#parts.shared.rates.request(this.#parts.caller);
      return this.intake.enter(frame, bytes);
    } catch (error) {
      this.#refuse(id, error, frame);
      if (error instanceof Fault) this.#strike(error);
      this.intake.check();
      return undefined;
    }
  }

  #strike(fault: Fault): void {
    this.#strikes = strike(this.#strikes, this.#parts.shared.clock.monotonicMs());
    if (!isFlooding(this.#strikes)) return;
    const retryAfterMs = Math.max(1000, fault.retry.afterMs ?? 0);
    this.#parts.close(CLOSE.limit, { code: "admission.rate", retryAfterMs });
  }

  #asked({ traceparent }: RequestFrame): Asked {
    const context = this.#context;
    if (traceparent === undefined) return { context, request: context };
    return { context, request: { caller: context.caller, signal: context.signal, traceparent } };
  }

  #refuse(id: RequestId, error: unknown, frame?: Named): void {
    if (this.#context.isClosed && error instanceof Cancelled) return;
    const { view } = refused(error, this.#parts.shared.reports, frame?.traceparent);
    this.#parts.pump.reply(faultText(id, view));
  }

  #notify({ method, params }: RequestFrame): void {
    const seq = this.#acked(method, params);
    if (seq !== undefined)
      this.#refuseFrame(seq === "other" ? `${method} without an id` : `an ack of ${seq}, not sent`);
  }

  /** Takes an acknowledgement; answers the number where it was never sent, or that the frame is another. */
  #acked(method: string, params: unknown): number | "other" | undefined {
    const ofCall = method === "call.ack" ? callAck.safeParse(params) : undefined;
    if (ofCall?.success) {
      const { call, seq } = ofCall.data;
      return this.#context.follows.ackEvents(call, seq) ? undefined : seq;
    }
    const ofChannel = method === "mcp.ack" ? mcpAck.safeParse(params) : undefined;
    if (!ofChannel?.success) return "other";
    const { channel, seq } = ofChannel.data;
    return this.#context.channels.ack(channel, seq) ? undefined : seq;
  }

  #takeBytes(data: Buffer): void {
    const frame = decodeFrame(data);
    if (frame?.type === "ack") {
      if (!this.#context.follows.ackBytes(frame.stream, frame.offset))
        this.#refuseFrame(`an ack of byte ${frame.offset}, which was not sent`);
    } else if (frame?.type === "stdin") {
      const call = this.#context.follows.callOf(frame.stream);
      if (call === undefined) this.#refuse(null, nobodyReads(frame.stream));
      else void this.#feed(call, frame);
    } else this.#refuseFrame("a binary frame that clients do not send");
  }

  /** Standard input has no request to answer: a refusal goes out without an id. */
  async #feed(call: CallId, frame: { payload: Uint8Array; end: boolean }): Promise<void> {
    using place = this.#admit(null, { method: "call.input", params: { call } }, frame.payload.length);
    if (place === undefined) return;
    this.#inputs ??= new Map();
    const fed = this.#input(call, frame, this.#inputs.get(call));
    this.#inputs.set(call, fed);
    // It has been told.
    await fed.catch(() => {});
    if (this.#inputs.get(call) === fed) this.#inputs.delete(call);
  }

  /** What is refused takes along what has come behind it: a program's input has no hole, and no end behind one. */
  async #input(call: CallId, { payload, end }: { payload: Uint8Array; end: boolean }, before?: Promise<void>) {
    try {
      await before;
      const base64 = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("base64");
      await this.#context.parts.operations["call.input"](this.#context, { call, base64, end });
    } catch (error) {
      this.#refuse(null, error);
      if (!(error instanceof Cancelled)) throw error;
    }
  }

  #refuseFrame(what: string): void {
    this.#parts.close(CLOSE.badFrame, { code: "input.invalid", why: what });
  }

  /** A cursor that cannot read cannot go on; the client comes back with the positions it has. */
  #fail(error: unknown): void {
    const { fault } = refused(error, this.#parts.shared.reports);
    this.#parts.close(fault.retry.safe ? CLOSE.overloaded : CLOSE.internal, { code: fault.code });
  }

  [Symbol.dispose](): void {
    this.#context[Symbol.dispose]();
  }
}

function nobodyReads(stream: number): Fault {
  return new Fault(
    "process.gone",
    `Cannot give input to stream ${stream}: its call has ended, or is not followed here`,
  );
}
