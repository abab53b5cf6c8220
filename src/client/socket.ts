/** What a client needs of a WebSocket, as the WHATWG's standard has it: the browser's has it, and so has that of `ws`. */
export interface WebSocketLike {
  /** The client sets it to `arraybuffer`. */
  binaryType: string;
  /** Bytes that wait for the network. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** Cuts without a farewell, where the socket can. */
  terminate?(): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
}

/** Opens a socket: `(url, protocols) => new WebSocket(url, protocols)`. */
export type SocketFactory = (url: string, protocols: string[]) => WebSocketLike;

/** Time as the client sees it; a test moves its own. */
export interface Timers {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds that do not jump. */
  monotonicMs(): number;
  /** Fires once, never after it is disposed. */
  timer(delayMs: number, fire: () => void): Disposable;
}

/** Those of the machine. */
export const systemTimers: Timers = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  timer: (delayMs, fire) => {
    const handle = setTimeout(fire, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(handle) };
  },
};
