import type { ServerResponse } from "node:http";
import type { Clock } from "../../base/clock.ts";

/** One event of a stream, as `text/event-stream` of HTML writes it. */
export interface StreamEvent {
  /** What a client shows as `Last-Event-ID` to go on behind this event. */
  id?: string;
  /** `message` where it has none. */
  name?: string;
  /** Milliseconds after which a client that was cut may come back. */
  retryMs?: number;
  /** One line, of JSON; empty where the event only carries its id. */
  data: string;
}

/** The event as it stands in a stream. */
export function eventText({ id, name, retryMs, data }: StreamEvent): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  const named = name === undefined ? "" : `event: ${name}\n`;
  const retry = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  return `${head}${named}${retry}data: ${data}\n\n`;
}

const heartbeatMs = 15_000;
/** Who asks for more than this and does not read it is cut. */
const maxUnsentBytes = 1024 * 1024;

/**
 * Server-sent events on one response. `send` resolves once the socket has room, so that whoever waits for it holds
 * nothing but what it sent; a sender that does not wait is cut at 1 MiB. A comment goes out after 15 s of silence.
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

  /** Sends whole events; without effect where the client is gone. */
  async send(events: string): Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    const hasRoom = response.write(events);
    this.#beat();
    if (hasRoom) return;
    if (this.#room !== undefined && response.writableLength > maxUnsentBytes) response.destroy();
    this.#room ??= this.#drained();
    await this.#room;
  }

  /** The last events, and nothing after them. */
  end(events?: string): void {
    this[Symbol.dispose]();
    if (!this.#response.writableEnded) this.#response.end(events);
  }

  [Symbol.dispose](): void {
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = undefined;
  }

  /** While there is no room for more the client has enough to read. */
  #beat(): void {
    this[Symbol.dispose]();
    this.#heartbeat = this.#clock.timer(heartbeatMs, () => {
      if (this.#room === undefined) void this.send(":\n\n");
      else this.#beat();
    });
  }

  /** Resolves when there is room again, or nobody reads any more. */
  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#response.once("drain", resolve).once("close", resolve);
    await promise;
    this.#response.off("drain", resolve).off("close", resolve);
    this.#room = undefined;
  }
}
