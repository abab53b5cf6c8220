import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { decodeFrame, encodeFrame } from "../../src/protocol/frames.ts";
import { obey } from "../client-process.ts";
import { ask, ready, type Server } from "./wire.ts";

const everyMs = 20;
/** Acknowledged at least every quarter of the smallest window. */
const ackBytes = 8 * 1024;

/** Consumes frames in order and no faster than a slow terminal does. */
class SlowTerminal {
  readonly #socket: WebSocket;
  readonly #frames: { stream: number; offset: number; bytes: number; isEnd: boolean }[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly ended = Promise.withResolvers<void>();
  /** Only this one is shown; what still comes of an earlier one is thrown away. */
  stream = 0;
  #lastMs = performance.now();

  constructor(socket: WebSocket, bytesPerSecond: number) {
    this.#socket = socket;
    socket.on("message", (data: Buffer, isBinary) => {
      const frame = isBinary ? decodeFrame(data) : undefined;
      if (frame?.type !== "data" && frame?.type !== "hole" && frame?.type !== "fin") return;
      const bytes = frame.type === "data" ? frame.payload.length : 0;
      const offset = frame.type === "hole" ? frame.to : frame.offset + bytes;
      this.#frames.push({ stream: frame.stream, offset, bytes, isEnd: frame.type === "fin" });
    });
    let mayShow = 0;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      mayShow = Math.min(mayShow + ((nowMs - this.#lastMs) * bytesPerSecond) / 1000, bytesPerSecond / 10);
      this.#lastMs = nowMs;
      mayShow = this.#show(mayShow);
    }, everyMs);
  }

  /** Answers how many bytes may be shown still. */
  #show(mayShow: number): number {
    let left = mayShow;
    for (let frame = this.#frames[0]; frame !== undefined && left > 0; frame = this.#frames[0]) {
      if (frame.stream < this.stream) {
        this.#frames.shift();
        continue;
      }
      const some = Math.min(Math.ceil(left), frame.bytes, ackBytes);
      frame.bytes -= some;
      left -= some;
      const { stream } = frame;
      if (frame.isEnd) this.ended.resolve();
      else this.#socket.send(encodeFrame({ type: "ack", stream, offset: frame.offset - frame.bytes }));
      if (frame.bytes === 0) this.#frames.shift();
    }
    return left;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** `yes` on a slow terminal, then Ctrl-C: milliseconds until nothing more is shown. */
async function interrupt(request: { server: Server; bytesPerSecond: number; afterMs: number }): Promise<number> {
  const { server, bytesPerSecond, afterMs } = request;
  const socket = await ready(server);
  using terminal = new SlowTerminal(socket, bytesPerSecond);
  const start = { tool: "exec", input: { argv: ["yes"] }, follow: true };
  const { call, stream } = await ask<{ call: string; stream: number }>(socket, "call.start", start);
  terminal.stream = stream;
  await sleep(afterMs);
  const beganMs = performance.now();
  const ended = lengthOf(socket, call);
  await ask(socket, "call.control", { call, action: "cancel" });
  // What a terminal had not shown yet stays in the log; who interrupts does not wait for all of it.
  const length = await ended;
  const { stream: rest } = await ask<{ stream: number }>(socket, "call.follow", { call, after: 0, offset: length });
  terminal.stream = rest;
  await terminal.ended.promise;
  const silentMs = performance.now() - beganMs;
  socket.terminate();
  return silentMs;
}

async function lengthOf(socket: WebSocket, call: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on("message", (data: Buffer, isBinary) => {
    const event = isBinary ? undefined : JSON.parse(data.toString()).params;
    if (event?.call === call && event.type === "process.exited") resolve(event.data.length);
  });
  return await promise;
}

const commands = { interrupt };
export type InterruptingClient = typeof commands;

obey(commands);
