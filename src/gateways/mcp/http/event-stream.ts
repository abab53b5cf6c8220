import type { ServerResponse } from "node:http";
import type { Clock } from "../../../base/clock.ts";

/** One event of a stream, as text/event-stream writes it. */
export interface StreamEvent {
  /** What a client shows as `Last-Event-ID` to go on behind this event. */
  id?: string;
  /** Milliseconds after which a client that was cut may come back. */
  retryMs?: number;
  /** One line of JSON; empty where the event only carries its id. */
  data: string;
}

/** Whether a client takes events for an answer; one that names nothing takes anything. */
export function readsEvents(accept = "*/*"): boolean {
  return accept.includes("text/event-stream") || accept.includes("*/*");
}

const heartbeatMs = 15_000;
/** Who asks for more than this and does not read it is cut. */
const maxUnsentBytes = 1024 * 1024;

/**
 * Server-sent events on one response. `send` resolves once the socket has room, so that whoever waits for it
 * holds nothing; a sender that does not wait is cut at 1 MiB. A comment goes out after 15 s of silence.
 */
export class EventStream implements Disposable {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #heartbeat: Disposable | undefined;
  /** One for all who wait for room. */
  #room: Promise<void> | undefined;

  constructor(parts: { response: ServerResponse; clock: Clock }) {
    this.#response = parts.response;
    this.#clock = parts.clock;
    this.#response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
    this.#response.flushHeaders();
    this.#beat();
  }

  /** Resolves once the socket has room; without effect where the client is gone. */
  async send(event: StreamEvent): Promise<void> {
    await this.#write(textOf(event));
  }

  /** The last event, and nothing after it. */
  end(event?: StreamEvent): void {
    this[Symbol.dispose]();
    if (!this.#response.writableEnded) this.#response.end(event === undefined ? undefined : textOf(event));
  }

  [Symbol.dispose](): void {
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = undefined;
  }

  async #write(text: string): Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    const hasRoom = response.write(text);
    this.#beat();
    if (hasRoom) return;
    if (response.writableLength > maxUnsentBytes) response.destroy();
    this.#room ??= hasDrained(response);
    await this.#room;
    this.#room = undefined;
  }

  #beat(): void {
    this[Symbol.dispose]();
    this.#heartbeat = this.#clock.timer(heartbeatMs, () => void this.#write(":\n\n"));
  }
}

/** Resolves when there is room again, or nobody reads any more. */
async function hasDrained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
}

function textOf({ id, retryMs, data }: StreamEvent): string {
  const retry = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  return `${id === undefined ? "" : `id: ${id}\n`}${retry}data: ${data}\n\n`;
}
