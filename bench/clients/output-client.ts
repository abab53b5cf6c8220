import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { CHANNEL, type Channel, decodeFrame, encodeFrame } from "../../src/protocol/frames.ts";
import { obey } from "../client-process.ts";
import { ask, ready, type Server } from "./wire.ts";

export interface Throughput {
  bytes: number;
  perSecond: number;
  /** Bytes that were thrown away before they came. */
  missing: number;
  /** Bytes that are not what the program wrote. */
  wrong: number;
}

const warmUpMs = 500;
/** Acknowledged every quarter of the window. */
const ackBytes = 64 * 1024;
const pattern = Buffer.from("y\n".repeat(512 * 1024));

/** Counts the bytes of a stream, header or not, and looks at every one of them. */
class Counter {
  bytes = 0;
  missing = 0;
  wrong = 0;
  #offset = 0;

  add(bytes: Uint8Array, channel: Channel = CHANNEL.stdout): void {
    const from = this.#offset % 2;
    const isRight = channel !== CHANNEL.stdout || pattern.subarray(from, from + bytes.length).equals(bytes);
    if (!isRight) this.wrong += bytes.length;
    this.bytes += bytes.length;
    this.#offset += bytes.length;
  }

  skip(to: number): void {
    this.missing += to - this.#offset;
    this.#offset = to;
  }

  get offset(): number {
    return this.#offset;
  }
}

/** Reads the output of `yes` as fast as it comes. */
async function read({ server, forMs }: { server: Server; forMs: number }): Promise<Throughput> {
  const socket = await ready(server);
  const counter = new Counter();
  const call = server.token === undefined ? takeBare(socket, counter) : await takeStream(socket, counter);
  await sleep(warmUpMs);
  const before = counter.bytes;
  const beganMs = performance.now();
  await sleep(forMs);
  const bytes = counter.bytes - before;
  const perSecond = (bytes * 1000) / (performance.now() - beganMs);
  if (call !== undefined) await ask(socket, "call.control", { call, action: "cancel" });
  socket.terminate();
  return { bytes, perSecond, missing: counter.missing, wrong: counter.wrong };
}

function takeBare(socket: WebSocket, counter: Counter): undefined {
  socket.on("message", (data: Buffer) => counter.add(data));
}

async function takeStream(socket: WebSocket, counter: Counter): Promise<string> {
  let acked = 0;
  socket.on("message", (data: Buffer, isBinary) => {
    const frame = isBinary ? decodeFrame(data) : undefined;
    if (frame?.type === "data") counter.add(frame.payload, frame.channel);
    else if (frame?.type === "hole") counter.skip(frame.to);
    if (frame === undefined || counter.offset - acked < ackBytes) return;
    acked = counter.offset;
    socket.send(encodeFrame({ type: "ack", stream: frame.stream, offset: acked }));
  });
  const start = { tool: "exec", input: { argv: ["yes"] }, follow: true };
  const { call } = await ask<{ call: string }>(socket, "call.start", start);
  return call;
}

const commands = { read };
export type OutputClient = typeof commands;

obey(commands);
