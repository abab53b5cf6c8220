import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const sent = channel("undici:client:sendHeaders");

/**
 * Watches the sockets that carry the requests of `fetch` in this process, from our end, where closing is not a
 * matter of time. A connection that the pool opens ahead, after one was closed, carries nothing and is not counted.
 */
export class RequestSockets implements Disposable {
  readonly #sockets: Socket[] = [];
  readonly #onSent = (message: unknown) => void this.#sockets.push((message as { socket: Socket }).socket);

  constructor() {
    sent.subscribe(this.#onSent);
  }

  /** Of each request since then, in order, whether its socket is closed. */
  get destroyed(): boolean[] {
    return this.#sockets.map(({ destroyed }) => destroyed);
  }

  [Symbol.dispose](): void {
    sent.unsubscribe(this.#onSent);
  }
}
