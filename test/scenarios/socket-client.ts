import WebSocket from "ws";
import { type Client, connect } from "../../src/client/client.ts";
import type { WebSocketLike } from "../../src/client/socket.ts";
import { socketPath } from "../../src/protocol/methods.ts";
import type { Door } from "./http-door.ts";

/** Never aborted: what these scenarios wait for comes, or the test's own time runs out. */
export const never = new AbortController().signal;

export function socketUrl({ url }: Pick<Door, "url">): string {
  return `${url.replace("http", "ws")}${socketPath}`;
}

/** A client of the library over a real socket; `onSocket` gets each, for a test that does it harm. */
export function clientOf(door: Door, onSocket: (socket: WebSocket) => void = () => {}): Client {
  return connect({
    url: socketUrl(door),
    token: door.token,
    client: { name: "scenario", version: "1" },
    socket: (url, protocols) => {
      const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
      onSocket(socket);
      return socket as unknown as WebSocketLike;
    },
  });
}
