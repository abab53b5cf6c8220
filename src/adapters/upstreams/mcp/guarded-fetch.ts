import { type Transformer, TransformStream } from "node:stream/web";
import type { FetchLike } from "@modelcontextprotocol/client";
import type { Clock } from "../../../base/clock.ts";
import { Fault } from "../../../protocol/fault.ts";
import { Pace } from "./pace.ts";

export interface GuardedFetchParts {
  server: string;
  clock: Clock;
  /** The longest message; of a stream of events each may be so long. */
  maxBytes: number;
  /** Requests at once whose answer has not begun. */
  maxPending: number;
  /** Ends requests that have no signal of their own. */
  signal: AbortSignal;
  /** It sent what nobody can read. */
  onFault: (fault: Fault) => void;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** `fetch` that takes no more than the longest message at once, and no faster than its pace. */
export function guardedFetch(parts: GuardedFetchParts): FetchLike {
  const { clock } = parts;
  const pace = new Pace({ clock });
  let pending = 0;
  return async (url, init) => {
    const signal = init?.signal ?? parts.signal;
    if (pending >= parts.maxPending) throw refused(parts, "it answers nothing of what it is sent");
    pending += 1;
    const response = await fetch(url, { ...init, signal }).finally(() => {
      pending -= 1;
    });
    if (response.body === null) return response;
    const meter = isStream(response) ? new EventMeter() : new BodyMeter();
    const body = response.body.pipeThrough(new TransformStream(limit({ ...parts, signal }, pace, meter)));
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.trimStart().toLowerCase().startsWith("text/event-stream") === true;
}

function limit(parts: GuardedFetchParts, pace: Pace, meter: Meter): Transformer<Uint8Array, Uint8Array> {
  const { maxBytes, signal } = parts;
  return {
    async transform(chunk, controller) {
      const messages = meter.read(chunk);
      if (meter.longest > maxBytes) throw refused(parts, `a message of it is longer than ${maxBytes} bytes`);
      await pace.took({ bytes: chunk.length, messages }, signal);
      controller.enqueue(chunk);
    },
  };
}

/** Nothing more is taken from it. */
function refused({ server, maxBytes, onFault }: GuardedFetchParts, why: string): Fault {
  const fault = new Fault("upstream.unreadable", `Cannot read what ${server} sent: ${why}`, {
    facts: { server, maxBytes },
  });
  onFault(fault);
  return fault;
}

interface Meter {
  /** Bytes of the longest message so far, whether or not it is whole. */
  readonly longest: number;
  /** How many messages these bytes end. */
  read(bytes: Uint8Array): number;
}

/** A body is one message. */
class BodyMeter implements Meter {
  longest = 0;

  read(bytes: Uint8Array): number {
    this.longest += bytes.length;
    return 0;
  }
}

/** An empty line ends an event. */
class EventMeter implements Meter {
  longest = 0;
  #bytes = 0;
  #isAtLineStart = true;

  read(bytes: Uint8Array): number {
    let events = 0;
    for (const byte of bytes) {
      this.#bytes += 1;
      if (byte === carriageReturn) continue;
      if (byte === newline && this.#isAtLineStart) {
        events += 1;
        this.#end();
      }
      this.#isAtLineStart = byte === newline;
    }
    this.longest = Math.max(this.longest, this.#bytes);
    return events;
  }

  #end(): void {
    this.longest = Math.max(this.longest, this.#bytes);
    this.#bytes = 0;
  }
}
