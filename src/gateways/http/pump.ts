import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Clock } from "../../base/clock.ts";
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

const heartbeatMs = 15_000;

/**
 * Sends a source as server-sent events until it ends. A slow reader holds nothing but one batch: the next
 * is pulled when the socket has drained. A comment goes out after 15 s of silence.
 */
export async function pump(asked: Asked, source: Source, clock: Clock): Promise<void> {
  const { response, signal } = asked;
  const bell = new Doorbell();
  using _hints = source.listen(() => bell.ring());
  response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
  response.flushHeaders();
  if (asked.request.method === "HEAD") {
    response.end();
    return;
  }
  for (;;) {
    const batch = await source.next();
    await write(response, batch.text, signal);
    if (batch.state === "ended") {
      response.end();
      return;
    }
    if (batch.state === "more") continue;
    const outcome = await bell.wait({ clock, quietMs: heartbeatMs }, signal);
    if (outcome === "quiet") await write(response, ":\n\n", signal);
  }
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (text !== "" && !response.write(text)) await once(response, "drain", { signal });
}

/** One server-sent event. `data` is JSON text and has no line break. */
export function serverSentEvent(event: { id: string; name?: string; data: string }): string {
  const name = event.name === undefined ? "" : `event: ${event.name}\n`;
  return `id: ${event.id}\n${name}data: ${event.data}\n\n`;
}
