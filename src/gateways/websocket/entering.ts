import { parseAs } from "../../core/operations/decode.ts";
import { CLOSE, type CloseCode } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import { streamWindowBytes } from "../../protocol/frames.ts";
import { type SessionOpened, sessionOpen } from "../../protocol/methods.ts";
import { maxUnackedBytes, maxUnackedEvents } from "./event-window.ts";
import { defaults, type SessionDoors, type WebsocketSettings } from "./parts.ts";
import type { RequestFrame } from "./request-frame.ts";

export type Entered = Awaited<ReturnType<SessionDoors["openSession"]>>;

/** Lets in who shows a good credential; refuses with a `Fault`. */
export async function enter(doors: SessionDoors, frame: RequestFrame, address: string): Promise<Entered> {
  const { token, ticket, resume, client } = parseAs(sessionOpen, frame.params, "the parameters of session.open");
  const from = { address, client: client.name };
  if (resume !== undefined) return await doors.resumeSession(resume, from);
  if (ticket !== undefined) return await doors.openSession(await doors.redeemTicket(ticket, from), client);
  if (token !== undefined) return await doors.openSession(await doors.authenticate(token, from), client);
  throw new Fault("auth.required", "Cannot open the session: no credential, expected a token, a ticket or a resume");
}

export function openedResult({ caller, opened }: Entered, settings: WebsocketSettings): SessionOpened {
  return {
    session: opened.session,
    resume: { secret: opened.secret, ttlMs: opened.ttlMs },
    principal: caller.principal,
    epoch: settings.epoch,
    limits: {
      maxFrameBytes: settings.maxFrameBytes ?? defaults.maxFrameBytes,
      sessionInflight: settings.sessionInflight,
      unackedEvents: maxUnackedEvents,
      unackedBytes: maxUnackedBytes,
      streamWindowBytes,
    },
    heartbeatMs: settings.heartbeatMs ?? defaults.heartbeatMs,
    node: settings.node,
    version: settings.version,
  };
}

/** Who was not let in is told by the code whether to come back. */
export function closeCodeOf(fault: Fault): CloseCode {
  if (fault.retry.safe) return fault.http === 429 ? CLOSE.limit : CLOSE.overloaded;
  if (fault.code === "internal") return CLOSE.internal;
  return fault.http === 400 ? CLOSE.badFrame : CLOSE.unauthorised;
}
