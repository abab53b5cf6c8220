import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import type { CallHandle } from "../../src/client/call-handle.ts";
import { type Client, connect } from "../../src/client/client.ts";
import type { WebSocketLike } from "../../src/client/socket.ts";
import { Fault } from "../../src/protocol/fault.ts";
import { socketPath } from "../../src/protocol/methods.ts";
import type { Door } from "./http-door.ts";

/** Never aborted: what these scenarios wait for comes, or the test's own time runs out. */
export const never = new AbortController().signal;

export function socketUrl({ url }: Pick<Door, "url">): string {
  return `${url.replace("http", "ws")}${socketPath}`;
}

/** Starts a call as often as a machine that is busy with other things refuses it. */
export async function startPatiently(
  client: Client,
  tool: string,
  options: { input: Record<string, unknown>; follow?: boolean; detached?: boolean },
): Promise<CallHandle> {
  for (;;) {
    try {
      return await client.start(tool, options, never);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "admission.overloaded") throw error;
      await wait(error.retry.afterMs);
    }
  }
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
