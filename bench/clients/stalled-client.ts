import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { decodeFrame, encodeFrame } from "../../src/protocol/frames.ts";
import { obey } from "../client-process.ts";
import { ask, ready, type Server } from "./wire.ts";

/** How a reader is bad: it takes nothing at all, or a little now and then. */
export type Manner = "stopped" | "slow";

const slowEveryMs = 200;
const slowForMs = 2;

let sockets: WebSocket[] = [];
let calls: { socket: WebSocket; call: string }[] = [];
let breath: NodeJS.Timeout | undefined;

/** Starts so many `yes`, each with a follower, then reads badly. A server takes no more than four of them. */
async function begin(request: { servers: Server[]; streams: number; manner: Manner }): Promise<void> {
  const { servers, streams, manner } = request;
  sockets = await Promise.all(servers.map(ready));
  for (const socket of sockets) acknowledge(socket);
  calls = await Promise.all(
    Array.from({ length: streams }, async (_, number) => {
      const socket = sockets[number % sockets.length] as WebSocket;
      const start = { tool: "exec", input: { argv: ["yes"] }, follow: true };
      return { socket, ...(await ask<{ call: string }>(socket, "call.start", start)) };
    }),
  );
  for (const socket of sockets) socket.pause();
  if (manner === "slow") breath = setInterval(breathe, slowEveryMs);
}

function breathe(): void {
  for (const socket of sockets) socket.resume();
  setTimeout(() => {
    for (const socket of sockets) socket.pause();
  }, slowForMs);
}

function acknowledge(socket: WebSocket): void {
  socket.on("message", (data: Buffer, isBinary) => {
    const frame = isBinary ? decodeFrame(data) : undefined;
    if (frame?.type !== "data") return;
    const offset = frame.offset + frame.payload.length;
    socket.send(encodeFrame({ type: "ack", stream: frame.stream, offset }));
  });
}

/** Ends the commands; resolves when they have. */
async function end(): Promise<void> {
  clearInterval(breath);
  await sleep(2 * slowForMs);
  for (const socket of sockets) socket.resume();
  await Promise.all(calls.map(({ socket, call }) => ask(socket, "call.control", { call, action: "cancel" })));
  await Promise.all(calls.map(({ socket, call }) => ask(socket, "call.wait", { call, timeoutMs: 30_000 })));
  for (const socket of sockets) socket.terminate();
}

const commands = { begin, end };
export type StalledClient = typeof commands;

obey(commands);
