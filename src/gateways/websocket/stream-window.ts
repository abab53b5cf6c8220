import { streamWindowBytes } from "../../protocol/frames.ts";

/** What all outputs together may have unacknowledged on this node. */
export const outputBudgetBytes = 16 * 1024 * 1024;
/** However many share the node. */
export const smallestWindowBytes = 32 * 1024;
/** However quick a reader is. */
export const largestWindowBytes = 2 * 1024 * 1024;

/** A reader that consumes what was sent sooner than this gets more at once, later than the other less. */
const promptMs = 100;
const lateMs = 200;

/**
 * Where a reader of bytes stands: `acked ≤ offset ≤ acked + bytes`. Credit by the consumer's position, whose size follows
 * how long the reader lags, as in receive-buffer auto-tuning (M. Fisk, W. Feng, "Dynamic Right-Sizing", 2001): it doubles
 * for one that is prompt and uses it, and halves for one that is late.
 */
export interface StreamWindow {
  /** The next byte to send. */
  readonly offset: number;
  /** Everything before it was consumed. */
  readonly acked: number;
  /** How far ahead of `acked` this reader may be sent: so much that it never lags far behind. */
  readonly bytes: number;
  /** When `offset` was sent, which is not consumed yet: how long that takes is the lag. */
  readonly probe: { readonly offset: number; readonly atMs: number } | undefined;
}

/** Of a reader that has everything before `offset`. */
export function openStreamWindow(offset: number): StreamWindow {
  return { offset, acked: offset, bytes: streamWindowBytes, probe: undefined };
}

/** How many bytes may be sent now where nobody has a larger window than this; a small rest of a window is not worth a frame. */
export function streamCredit(window: StreamWindow, largestBytes: number): number {
  const size = Math.min(window.bytes, largestBytes);
  const credit = window.acked + size - window.offset;
  return credit < size / 8 ? 0 : credit;
}

/** Everything before `to` was handed over. */
export function streamSent(window: StreamWindow, to: number, nowMs: number): StreamWindow {
  return { ...window, offset: to, probe: window.probe ?? { offset: to, atMs: nowMs } };
}

/** `undefined` where the reader acknowledges bytes it never got. */
export function streamAcked(window: StreamWindow, offset: number, nowMs: number): StreamWindow | undefined {
  if (offset > window.offset) return undefined;
  if (offset <= window.acked) return window;
  const { probe } = window;
  if (probe === undefined || offset < probe.offset) return { ...window, acked: offset };
  return { ...window, acked: offset, probe: undefined, bytes: sizeAfter(window, nowMs - probe.atMs) };
}

/** Only who has used most of its window needs a larger one. */
function sizeAfter({ offset, acked, bytes }: StreamWindow, lagMs: number): number {
  if (lagMs > lateMs) return Math.max(streamWindowBytes, bytes / 2);
  const isUsed = offset - acked > bytes / 2;
  return isUsed && lagMs < promptMs ? Math.min(largestWindowBytes, bytes * 2) : bytes;
}

/** The largest window of each stream while `active` of them share the node's budget. */
export function windowFor(active: number): number {
  const share = Math.floor(outputBudgetBytes / Math.max(1, active));
  return Math.min(largestWindowBytes, Math.max(smallestWindowBytes, share));
}

/** Counts the streams of a node; many readers share what few may have each. */
export class OutputBudget {
  #active = 0;

  /** The largest window that each may have now. */
  get windowBytes(): number {
    return windowFor(this.#active);
  }

  /** One more stream, until it is disposed. */
  enter(): Disposable {
    this.#active += 1;
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#active -= 1;
      },
    };
  }
}
