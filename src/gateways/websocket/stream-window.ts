import { streamWindowBytes } from "../../protocol/frames.ts";

/** What all outputs together may have unacknowledged on this node. */
export const outputBudgetBytes = 16 * 1024 * 1024;
export const smallestWindowBytes = 32 * 1024;

/** Where a reader of bytes stands. */
export interface StreamWindow {
  /** The next byte to send. */
  readonly offset: number;
  /** Everything before it was consumed. */
  readonly acked: number;
}

export function openStreamWindow(offset: number): StreamWindow {
  return { offset, acked: offset };
}

/** How many bytes may be sent now under a window of this size. */
export function streamCredit(window: StreamWindow, windowBytes: number): number {
  return Math.max(0, window.acked + windowBytes - window.offset);
}

export function streamSent(window: StreamWindow, to: number): StreamWindow {
  return { ...window, offset: to };
}

/** `undefined` where the reader acknowledges bytes it never got. */
export function streamAcked(window: StreamWindow, offset: number): StreamWindow | undefined {
  if (offset > window.offset) return undefined;
  return offset <= window.acked ? window : { ...window, acked: offset };
}

/** The window of each stream while `active` of them share the node's budget. */
export function windowFor(active: number): number {
  const share = Math.floor(outputBudgetBytes / Math.max(1, active));
  return Math.min(streamWindowBytes, Math.max(smallestWindowBytes, share));
}

/** Counts the streams of a node; many readers share what few may have each. */
export class OutputBudget {
  #active = 0;

  get windowBytes(): number {
    return windowFor(this.#active);
  }

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
