/** What one reader of a call may have unacknowledged. */
export const maxUnackedEvents = 1024;
/** Of the events' text; the event that reaches it still goes out. */
export const maxUnackedBytes = 1024 * 1024;

/**
 * Where a reader of events stands and what it owes: credit by the consumer's position, as HTTP/2 and QUIC have it, with a
 * cumulative acknowledgement. `acked ≤ sent ≤ known`; sending moves `sent`, an acknowledgement `acked`, a rewind (another
 * epoch, or a journal that lost its end) puts both to 0 and leaves `known`, so that an acknowledgement which was on its
 * way is late and not false. A connection is only this cursor: when it goes, nothing is lost with it.
 *
 * Bytes are counted in two generations, so that such an acknowledgement is settled without a record per event: what lies
 * before the mark counts until the mark is acknowledged. The count is never lower than what is really unacknowledged.
 */
export interface EventWindow {
  /** The last number sent. */
  readonly sent: number;
  /** The last number consumed. */
  readonly acked: number;
  /** The highest number the reader may know of, also from before a rewind. */
  readonly known: number;
  /** What was sent when the last generation began. */
  readonly mark: number;
  /** Sent up to the mark and not settled. */
  readonly olderBytes: number;
  /** Sent behind the mark. */
  readonly newerBytes: number;
}

/** Of a reader that has everything up to `after`. */
export function openEventWindow(after: number): EventWindow {
  return { sent: after, acked: after, known: after, mark: after, olderBytes: 0, newerBytes: 0 };
}

/** How much more may be sent now; a single event larger than the byte limit passes when nothing else is unacknowledged. */
export function eventCredit(window: EventWindow): { events: number; bytes: number } {
  const events = maxUnackedEvents - (window.sent - window.acked);
  const bytes = maxUnackedBytes - window.olderBytes - window.newerBytes;
  return events <= 0 || bytes <= 0 ? { events: 0, bytes: 0 } : { events, bytes };
}

/** Everything up to `seq` was handed over. */
export function eventsSent(window: EventWindow, seq: number, bytes: number): EventWindow {
  const known = Math.max(window.known, seq);
  return { ...window, sent: seq, known, newerBytes: window.newerBytes + bytes };
}

/** The numbers up to `seq` do not exist any more. Told as a gap, they cost no credit to a reader that owes nothing. */
export function eventsMissing(window: EventWindow, seq: number): EventWindow {
  if (seq <= window.sent) return window;
  const acked = window.acked === window.sent ? seq : window.acked;
  return { ...window, sent: seq, acked, known: Math.max(window.known, seq) };
}

/** The reader starts over from the first event. */
export function eventsRewound(window: EventWindow): EventWindow {
  return { ...openEventWindow(0), known: window.known };
}

/** `undefined` where the reader acknowledges what it never got. Late and repeated ones change nothing. */
export function eventsAcked(window: EventWindow, seq: number): EventWindow | undefined {
  if (seq > window.known) return undefined;
  if (seq <= window.acked || seq > window.sent) return window;
  if (seq < window.mark) return { ...window, acked: seq };
  const settled = { ...window, acked: seq, olderBytes: window.newerBytes, newerBytes: 0, mark: window.sent };
  return seq < window.sent ? settled : { ...settled, olderBytes: 0 };
}
