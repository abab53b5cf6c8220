import { randomUUID } from "node:crypto";
import { obey } from "../client-process.ts";
import { percentile } from "../numbers.ts";
import { HttpLine } from "./http-line.ts";

export type Era = "sessions" | "exchanges";

export interface McpTarget {
  url: string;
  token?: string;
  era: Era;
}

export interface McpFigures {
  calls: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const run = randomUUID();
const filler = "x".repeat(64);
const accept = "application/json, text/event-stream";
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
let lastNumber = 0;

/** One client: a connection, a session where the era has those, and one call at a time. */
class Caller {
  readonly #line: HttpLine;
  readonly #target: McpTarget;
  #headers: Record<string, string>;

  private constructor(target: McpTarget, line: HttpLine) {
    this.#target = target;
    this.#line = line;
    const known = target.token === undefined ? {} : { Authorization: `Bearer ${target.token}` };
    this.#headers = { Accept: accept, "Content-Type": "application/json", ...known };
  }

  static async connect(target: McpTarget): Promise<Caller> {
    const caller = new Caller(target, await HttpLine.open(target.url));
    if (target.era === "sessions") await caller.#initialize();
    return caller;
  }

  /** Resolves when its own text came back. */
  async call(): Promise<void> {
    lastNumber += 1;
    const id = lastNumber;
    const text = `${run} ${id} ${filler}`;
    const isModern = this.#target.era === "exchanges";
    const params = { name: "echo", arguments: { text }, ...(isModern ? { _meta: meta } : {}) };
    const body = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params });
    const headers = isModern
      ? { ...this.#headers, "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "echo" }
      : this.#headers;
    const { status, body: answer } = await this.#line.post(headers, body);
    if (status !== 200 || !answer.includes(text)) throw new Error(`An answer of ${status} without its text: ${answer}`);
  }

  close(): void {
    this.#line.close();
  }

  async #initialize(): Promise<void> {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } };
    const { headers } = await this.#send({ id: 0, method: "initialize", params });
    const [, session] = /^mcp-session-id: *(\S+)/im.exec(headers) ?? [];
    if (session === undefined) throw new Error(`No session: ${headers}`);
    this.#headers = { ...this.#headers, "Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25" };
    await this.#send({ method: "notifications/initialized" });
  }

  async #send(message: object) {
    return await this.#line.post(this.#headers, JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}

let callers: Caller[] = [];
/** There are servers that take a second for a session, and most of it waiting. */
const openedAtOnce = 64;

const commands = {
  /** So many clients, each with a session of its own; those of before are closed. */
  connect: async ({ target, clients }: { target: McpTarget; clients: number }): Promise<void> => {
    for (const caller of callers) caller.close();
    callers = await Promise.all(Array.from({ length: clients }, () => Caller.connect(target)));
  },
  /** Each client calls, again and again, until the time is up. */
  flood: async ({ forMs }: { forMs: number }): Promise<McpFigures> => {
    const latencies: number[] = [];
    const beganMs = performance.now();
    const work = async (caller: Caller) => {
      while (performance.now() - beganMs < forMs) {
        const sentMs = performance.now();
        await caller.call();
        latencies.push(performance.now() - sentMs);
      }
    };
    await Promise.all(callers.map(work));
    const calls = latencies.length;
    const perSecond = (calls * 1000) / (performance.now() - beganMs);
    return { calls, perSecond, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
  },
  /** Opens sessions, uses each once, and leaves them without a connection. */
  hold: async ({ target, count }: { target: McpTarget; count: number }): Promise<number> => {
    let left = count;
    const openSome = async () => {
      while (left > 0) {
        left -= 1;
        const caller = await Caller.connect(target);
        await caller.call();
        caller.close();
      }
    };
    await Promise.all(Array.from({ length: openedAtOnce }, openSome));
    return count;
  },
};
export type McpClient = typeof commands;

obey(commands);
