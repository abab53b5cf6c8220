import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { obey } from "../client-process.ts";
import { median } from "../numbers.ts";
import { ask, ready, type Server } from "./wire.ts";

/** So many answers at once, each of so many tokens, from the vendor itself or through the product. */
export interface Wanted {
  server: Server;
  answers: number;
  tokens: number;
  pace: "fast" | "slow";
}

export interface Streamed {
  /** Until the first text of an answer; the median over the answers. */
  firstMs: number;
  /** Over all answers, from the first question to the last end. */
  tokensPerSecond: number;
  /** Answers that did not come, or not whole. */
  missing: number;
}

interface One {
  firstMs: number;
  words: number;
}

interface Followed {
  method?: string;
  params?: { call: string; type: string; data: { text?: string; result?: { content: string } } };
}

function promptOf({ tokens, pace }: Wanted): string {
  return `${randomUUID()}: ${tokens} tokens${pace === "slow" ? " slowly" : ""}`;
}

/** Over HTTP, as any client of the vendor does. */
async function direct(wanted: Wanted): Promise<Streamed> {
  return await together(wanted, async () => {
    const beganMs = performance.now();
    const messages = [{ role: "user", content: promptOf(wanted) }];
    const body = JSON.stringify({ model: "small-1", messages, stream: true, max_tokens: wanted.tokens });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${wanted.server.url}/v1/chat/completions`, { method: "POST", headers, body });
    let firstMs = 0;
    let words = 0;
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (firstMs === 0) firstMs = performance.now() - beganMs;
      words += piece.split('"content":" word').length - 1;
    }
    return { firstMs, words };
  });
}

/** Over one WebSocket, each a call that is followed. */
async function product(wanted: Wanted): Promise<Streamed> {
  const socket = await ready(wanted.server);
  // Each request listens for its own answer.
  socket.setMaxListeners(0);
  const following = new Following(socket);
  try {
    return await together(wanted, async () => {
      const beganMs = performance.now();
      const input = { prompt: promptOf(wanted), model: "custom/small-1", maxOutputTokens: wanted.tokens };
      const call = await startPatiently(socket, input);
      const { firstAtMs, content } = await following.of(call);
      return { firstMs: firstAtMs - beganMs, words: content.split(" word").length - 1 };
    });
  } finally {
    socket.terminate();
  }
}

/** A daemon on a machine that is busy with other things refuses new calls for a while; that is not what is measured. */
async function startPatiently(socket: WebSocket, input: Record<string, unknown>): Promise<string> {
  for (;;) {
    try {
      return (await ask<{ call: string }>(socket, "call.start", { tool: "chat", input, follow: true })).call;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes("expected less load")) throw error;
      await sleep(500);
    }
  }
}

interface Seen {
  firstAtMs: number;
  content: string;
}

/** What comes of calls, by call; it may come before the call's own answer does. */
class Following {
  readonly #firsts = new Map<string, number>();
  readonly #ends = new Map<string, PromiseWithResolvers<Seen>>();

  constructor(socket: WebSocket) {
    socket.on("message", (data: Buffer, isBinary) => isBinary || this.#take(JSON.parse(data.toString()) as Followed));
  }

  async of(call: string): Promise<Seen> {
    return await this.#end(call).promise;
  }

  #take({ method, params }: Followed): void {
    if (method !== "call.event" || params === undefined) return;
    const { call, type, data } = params;
    if (type === "output.delta" && !this.#firsts.has(call)) this.#firsts.set(call, performance.now());
    if (!/^call\.(succeeded|failed|cancelled|expired)$/.test(type)) return;
    this.#end(call).resolve({ firstAtMs: this.#firsts.get(call) ?? 0, content: data.result?.content ?? "" });
  }

  #end(call: string): PromiseWithResolvers<Seen> {
    const known = this.#ends.get(call) ?? Promise.withResolvers<Seen>();
    this.#ends.set(call, known);
    return known;
  }
}

async function together({ answers, tokens }: Wanted, one: () => Promise<One>): Promise<Streamed> {
  const beganMs = performance.now();
  const all = await Promise.all(Array.from({ length: answers }, one));
  const tookMs = performance.now() - beganMs;
  return {
    firstMs: median(all.map(({ firstMs }) => firstMs)),
    tokensPerSecond: (all.reduce((sum, { words }) => sum + words, 0) / tookMs) * 1000,
    missing: all.filter(({ words }) => words !== tokens).length,
  };
}

const commands = { direct, product };
export type AnswerClient = typeof commands;

obey(commands);
