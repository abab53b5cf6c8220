import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { EventStream } from "../answers/event-stream.ts";
import { Doorbell } from "./doorbell.ts";
import type { Asked } from "./exchange.ts";

export interface Batch {
  /** Server-sent events, ready to be written; may be empty. */
  text: string;
  /** `more`: ask again at once. `idle`: wait for a hint. `ended`: this was the last. */
  state: "more" | "idle" | "ended";
}

/** What a stream is made of. Its `next` is asked only while the socket has room. */
export interface Source {
  listen(onMore: () => void): Disposable;
  next(): Promise<Batch>;
}

/** How much is taken from a source at a time. */
export const batchBytes = 64 * 1024;

/**
 * Sends a source as server-sent events until it ends. A slow reader holds nothing but one batch: the next
 * is pulled when the socket has drained.
 */
export async function pump(asked: Asked, source: Source, clock: Clock): Promise<void> {
  const { request, response, signal } = asked;
  const bell = new Doorbell();
  using _hints = source.listen(() => bell.ring());
  using stream = new EventStream({ response, clock });
  if (request.method === "HEAD") {
    stream.end();
    return;
  }
  for (;;) {
    const { text, state } = await source.next();
    if (text !== "") await orAborted(stream.send(text), signal);
    signal.throwIfAborted();
    if (state === "ended") {
      stream.end();
      return;
    }
    if (state === "idle") await bell.wait(signal);
  }
}
