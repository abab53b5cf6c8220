import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const connected = channel("undici:client:connected");

/** Watches the sockets that `fetch` opens in this process, from our end, where closing is not a matter of time. */
export class OpenedSockets implements Disposable {
  readonly #sockets: Socket[] = [];
  readonly #onConnected = (message: unknown) => void this.#sockets.push((message as { socket: Socket }).socket);

  constructor() {
    connected.subscribe(this.#onConnected);
  }

  /** Of each socket since then, whether it is closed. */
  get destroyed(): boolean[] {
    return this.#sockets.map(({ destroyed }) => destroyed);
  }

  [Symbol.dispose](): void {
    connected.unsubscribe(this.#onConnected);
  }
}
