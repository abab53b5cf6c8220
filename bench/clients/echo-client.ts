import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { obey } from "../client-process.ts";
import { percentile } from "../numbers.ts";
import { ask, ready, requestText, type Server } from "./wire.ts";

export interface Figures {
  calls: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** What became of acknowledged calls after a crash. */
export interface Counted {
  acknowledged: number;
  found: number;
  succeeded: number;
}

const run = randomUUID();
const filler = "x".repeat(64);
const idMark = '{"jsonrpc":"2.0","id":';
const contentMark = '"content":"';
const callMark = '"call":"';
const patienceMs = 30_000;

/**
 * Echo calls over one connection, each with a key and a text of its own; answered when its own text came back.
 * What comes is searched and not parsed, so that the client costs little, and the same for every server.
 */
class Echoes {
  readonly #socket: WebSocket;
  readonly #begun = new Map<number, number>();
  #latencies: number[] = [];
  #lastNumber = 0;
  #onAnswer = () => {};
  /** The first answer that was a refusal: whoever is refused measures nothing. */
  readonly #refused = Promise.withResolvers<never>();
  /** The text of each acknowledged call, by its id. */
  readonly acknowledged = new Map<string, string>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#refused.promise.catch(() => {});
    socket.on("message", (data: Buffer, isBinary) => isBinary || this.#take(data.toString("latin1")));
  }

  /** Keeps so many calls under way until the time is up or the connection is gone. */
  async flood(inFlight: number, forMs: number): Promise<Figures> {
    const over = Promise.withResolvers<void>();
    const beganMs = performance.now();
    this.#latencies = [];
    this.#onAnswer = () => {
      if (performance.now() - beganMs < forMs) this.#start();
      else if (this.#begun.size === 0) over.resolve();
    };
    for (let count = 0; count < inFlight; count++) this.#start();
    await Promise.race([over.promise, once(this.#socket, "close"), this.#refused.promise]);
    return this.#figures(performance.now() - beganMs);
  }

  /** Starts a call every so often, whether or not the one before it was answered. */
  async pace(everyMs: number, forMs: number): Promise<Figures> {
    const beganMs = performance.now();
    this.#latencies = [];
    this.#onAnswer = () => {};
    while (performance.now() - beganMs < forMs) {
      this.#start();
      await sleep(everyMs);
    }
    const untilMs = performance.now() + patienceMs;
    while (this.#begun.size > 0 && performance.now() < untilMs) await Promise.race([sleep(5), this.#refused.promise]);
    if (this.#begun.size > 0) throw new Error(`${this.#begun.size} calls were never answered`);
    return this.#figures(performance.now() - beganMs);
  }

  #start(): void {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const text = textOf(number);
    this.#begun.set(number, performance.now());
    const params = { tool: "echo", input: { text }, key: `${run}:${number}`, follow: true };
    this.#socket.send(requestText(number, "call.start", params));
  }

  #take(text: string): void {
    const content = text.indexOf(contentMark);
    if (content !== -1) this.#answered(Number.parseInt(text.slice(content + contentMark.length), 10));
    else if (text.startsWith(idMark)) this.#accepted(Number.parseInt(text.slice(idMark.length), 10), text);
  }

  #accepted(number: number, text: string): void {
    const call = text.indexOf(callMark) + callMark.length;
    if (call < callMark.length) this.#refused.reject(new Error(text));
    else this.acknowledged.set(text.slice(call, text.indexOf('"', call)), textOf(number));
  }

  #answered(number: number): void {
    const beganMs = this.#begun.get(number);
    if (beganMs === undefined) throw new Error(`An answer that nobody waits for: ${number}`);
    this.#begun.delete(number);
    this.#latencies.push(performance.now() - beganMs);
    this.#onAnswer();
  }

  #figures(tookMs: number): Figures {
    const calls = this.#latencies.length;
    const [p50Ms, p99Ms] = [percentile(this.#latencies, 0.5), percentile(this.#latencies, 0.99)];
    return { calls, perSecond: (calls * 1000) / tookMs, p50Ms, p99Ms };
  }
}

function textOf(number: number): string {
  return `${number} ${filler}`;
}

interface View {
  call: string;
  phase: string;
  result?: { content: string };
}

/** Looks up every call there is, page after page, once all have ended. */
async function count(socket: WebSocket, acknowledged: ReadonlyMap<string, string>): Promise<Counted> {
  const counted = { acknowledged: acknowledged.size, found: 0, succeeded: 0 };
  let before: string | undefined;
  do {
    const { calls } = await ask<{ calls: View[] }>(socket, "call.list", { limit: 200, before });
    for (const listed of calls) {
      const text = acknowledged.get(listed.call);
      if (text === undefined) continue;
      counted.found += 1;
      const { phase, result } = await ended(socket, listed);
      if (phase === "succeeded" && result?.content === text) counted.succeeded += 1;
    }
    before = calls.at(-1)?.call;
  } while (before !== undefined);
  return counted;
}

async function ended(socket: WebSocket, view: View): Promise<View> {
  const isOver = ["succeeded", "failed", "cancelled", "expired"].includes(view.phase);
  return isOver ? view : await ask<View>(socket, "call.wait", { call: view.call, timeoutMs: patienceMs });
}

let echoes: Echoes | undefined;

function current(): Echoes {
  if (echoes === undefined) throw new Error("Expected to be connected first");
  return echoes;
}

const commands = {
  connect: async (server: Server): Promise<void> => {
    echoes = new Echoes(await ready(server));
  },
  flood: ({ inFlight, forMs }: { inFlight: number; forMs: number }): Promise<Figures> =>
    current().flood(inFlight, forMs),
  pace: ({ everyMs, forMs }: { everyMs: number; forMs: number }): Promise<Figures> => current().pace(everyMs, forMs),
  count: async (server: Server): Promise<Counted> => {
    const socket = await ready(server);
    return await count(socket, current().acknowledged).finally(() => socket.terminate());
  },
};
export type EchoClient = typeof commands;

obey(commands);
