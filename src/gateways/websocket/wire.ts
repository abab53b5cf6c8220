import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { announcedBytes } from "../../protocol/announced.ts";
import { framed, headFramed } from "./framed.ts";

/** In UTF-8, of a character of a string. */
const mostBytesACharacter = 3;

/** What a TCP or TLS socket has and a bare stream has not. */
interface Counters {
  bytesRead?: number;
  bytesWritten?: number;
  _handle?: { writeQueueSize?: number } | null;
}

/** A WebSocket and the socket below it. Nothing else knows both. */
export class Wire {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex & Counters;
  readonly #onSent: () => void;
  /** What was sent inside `together` and leaves at its end. */
  #gathered: (string | Uint8Array)[] = [];
  #gatheredBytes = 0;
  #gathers = false;

  /** `onSent` runs whenever something has left for the kernel. */
  constructor(parts: { webSocket: WebSocket; socket: Duplex; onSent: () => void }) {
    this.#webSocket = parts.webSocket;
    this.#socket = parts.socket;
    this.#onSent = parts.onSent;
  }

  /** Bytes in our memory that wait for the kernel. */
  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount + this.#gatheredBytes;
  }

  /** Grows with every byte that came, of whatever frame. */
  get receivedBytes(): number {
    return this.#socket.bytesRead ?? 0;
  }

  /** Grows with every byte that the kernel took: a large write to a slow peer is progress long before it is done. */
  get takenBytes(): number {
    const waiting = this.#socket.writableLength + (this.#socket._handle?.writeQueueSize ?? 0);
    return (this.#socket.bytesWritten ?? 0) - waiting;
  }

  /** What is sent inside `send` leaves in one write. */
  together(send: () => void): void {
    this.#socket.cork();
    this.#gathers = true;
    try {
      send();
    } finally {
      this.#gathers = false;
      this.#flush();
      this.#socket.uncork();
    }
  }

  text(message: string): void {
    if (message.length * mostBytesACharacter > announcedBytes) this.#announce(Buffer.byteLength(message));
    this.#send(message);
  }

  frame(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  /** One message, whose payload is not copied behind its header. `left` runs once the payload's memory is free again. */
  data(header: Uint8Array, payload: Uint8Array, left: () => void): void {
    this.#flush();
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) {
      left();
      return;
    }
    this.#socket.write(headFramed(header, payload.length));
    this.#socket.write(payload, () => {
      left();
      this.#onSent();
    });
  }

  ping(): void {
    this.#webSocket.ping();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(code: number, reason: string): void {
    this.#flush();
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  #announce(bytes: number): void {
    if (bytes > announcedBytes) this.#send(`{"jsonrpc":"2.0","method":"session.sending","params":{"bytes":${bytes}}}`);
  }

  #send(message: string | Uint8Array): void {
    this.#gathered.push(message);
    this.#gatheredBytes += message.length;
    if (!this.#gathers) this.#flush();
  }

  /** Framed here and not message by message: a call is five small messages, and each would be two writes. */
  #flush(): void {
    if (this.#gathered.length === 0) return;
    const messages = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#socket.write(framed(messages), this.#onSent);
  }
}
