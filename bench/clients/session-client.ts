import type { WebSocket } from "ws";
import { obey } from "../client-process.ts";
import { ask, ready, type Server } from "./wire.ts";

const atOnce = 50;
const sockets: WebSocket[] = [];

/** Opens connections that are used once and are idle then. */
async function hold({ server, count }: { server: Server; count: number }): Promise<number> {
  let left = count;
  const openSome = async () => {
    while (left > 0) {
      left -= 1;
      const socket = await ready(server);
      await ask(socket, "ping", {});
      sockets.push(socket);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, openSome));
  return sockets.filter((socket) => socket.readyState === socket.OPEN).length;
}

const commands = { hold };
export type SessionClient = typeof commands;

obey(commands);
