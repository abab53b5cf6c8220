import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { SlowedAnswers } from "../../src/core/operations/slowed-answers.ts";
import { endOf } from "../../src/core/processes/output-cursor.ts";
import type { Excerpt, Follower, LogView, OutputReader, Piece } from "../../src/core/processes/output-log.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import type { EndedToken } from "../../src/core/tenants/doors.ts";
import { HttpGateway, type HttpParts } from "../../src/gateways/http/http-gateway.ts";
import type { Door } from "../../src/gateways/http/parts.ts";
import { type HttpSettings, httpLimits } from "../../src/gateways/http/settings.ts";
import type { Scope } from "../../src/protocol/access-methods.ts";
import { Fault, type FaultCode, type FaultView } from "../../src/protocol/fault.ts";
import type { CallId, PrincipalId, TokenId } from "../../src/protocol/ids.ts";
import { HttpCalls } from "./http-calls.ts";
import { ManualClock } from "./manual-clock.ts";

/** The doors of a house with a few known tokens: `exai_<name>_secret`. */
export class KnownTokens implements Door {
  readonly seen: { token: string; address: string; client: string }[] = [];
  readonly #callers = new Map<string, Caller>();
  readonly #slowed = new Map<string, number>();
  readonly #listeners = new Set<(ended: EndedToken) => void>();

  add(name: string, more: { role?: Caller["role"]; scopes?: Scope[]; principal?: string; call?: CallId } = {}): void {
    this.#callers.set(`exai_${name}_secret`, {
      principal: (more.principal ?? name) as PrincipalId,
      role: more.role ?? "user",
      token: `token-${name}` as TokenId,
      scopes: new Set(more.scopes ?? ["tools", "exec"]),
      tools: [],
      roots: [],
      expiresAt: null,
      client: "test",
      ...(more.call === undefined ? {} : { call: more.call }),
    });
  }

  async authenticate(token: string, from: { address: string; client: string }): Promise<Caller> {
    this.seen.push({ token, ...from });
    const caller = this.#callers.get(token);
    const retryAfterMs = this.#slowed.get(token);
    if (retryAfterMs !== undefined) throw new Fault("auth.slowed", "Cannot let you in: too many", { retryAfterMs });
    if (caller === undefined) throw new Fault("auth.invalid", "Cannot let you in: the token is not known");
    return caller;
  }

  onEnded(listener: (ended: EndedToken) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The call has ended, and with it the token that it had. */
  endCall(call: CallId): void {
    for (const listener of this.#listeners) listener({ token: "token-bound" as TokenId, call, why: "revoked" });
  }

  /** Refuses this token with a wait from now on. */
  slow(token: string, retryAfterMs: number): void {
    this.#slowed.set(token, retryAfterMs);
  }

  end(name: string, why: "revoked" | "expired"): void {
    this.#callers.delete(`exai_${name}_secret`);
    for (const listener of this.#listeners) listener({ token: `token-${name}` as TokenId, why });
  }
}

/** Outputs in memory, a list of pieces each. */
export class KnownOutputs implements OutputReader {
  readonly logs = new Map<CallId, { pieces: Piece[]; view: LogView }>();
  readonly #hints = new Set<() => void>();

  put(call: CallId, pieces: Piece[], view: LogView): void {
    this.logs.set(call, { pieces, view });
    for (const hint of [...this.#hints]) hint();
  }

  async view(call: CallId): Promise<LogView | undefined> {
    return this.logs.get(call)?.view;
  }

  peek(): undefined {}

  consumed(): void {}

  async read(call: CallId, offset: number, maxBytes: number): Promise<Excerpt | undefined> {
    const log = this.logs.get(call);
    if (log === undefined) return undefined;
    const pieces: Piece[] = [];
    let left = maxBytes;
    for (const piece of log.pieces) {
      if (endOf(piece) <= offset || left <= 0) continue;
      if (piece.kind === "hole") {
        pieces.push({ ...piece, offset: Math.max(piece.offset, offset) });
        continue;
      }
      const skip = Math.max(0, offset - piece.offset);
      const bytes = piece.bytes.subarray(skip, skip + left);
      left -= bytes.length;
      pieces.push({ ...piece, offset: piece.offset + skip, bytes });
    }
    return { view: log.view, pieces, [Symbol.dispose]: () => {} };
  }

  follow(_call: CallId, onMore: () => void): Follower {
    const hint = () => onMore();
    this.#hints.add(hint);
    return { reached: () => {}, [Symbol.dispose]: () => void this.#hints.delete(hint) };
  }

  get followers(): number {
    return this.#hints.size;
  }
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  bytes: Buffer;
  text: string;
  json: { fault?: FaultView; [name: string]: unknown } | undefined;
}

export interface Asking {
  method?: string;
  token?: string | undefined;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** The gateway on a real socket, over doubles that do what the test says. */
export class HttpRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly calls = new HttpCalls(this.clock);
  readonly doors = new KnownTokens();
  readonly outputs = new KnownOutputs();
  readonly faults: FaultCode[] = [];
  readonly bugs: { error: unknown; trace: string }[] = [];
  readonly readiness = { ok: true, detail: { store: "ok" } as object };
  readonly parts: HttpParts;
  readonly gateway: HttpGateway;
  streamsOpen = 0;
  maxStreams = Number.POSITIVE_INFINITY;
  port = 0;

  constructor(settings: Partial<HttpSettings> = {}) {
    this.doors.add("ada");
    this.doors.add("bob");
    this.doors.add("eve", { scopes: ["observe"] });
    this.doors.add("own", { role: "owner" });
    this.parts = this.#partsWith(settings);
    this.gateway = new HttpGateway(this.parts);
  }

  static async open(settings: Partial<HttpSettings> = {}): Promise<HttpRig> {
    const rig = new HttpRig(settings);
    rig.port = (await rig.gateway.listen()).port;
    return rig;
  }

  async ask(path: string, asking: Asking = {}): Promise<Answer> {
    const response = await this.begin(path, asking);
    const bytes = Buffer.concat(await response.toArray());
    const text = bytes.toString();
    const json = response.headers["content-type"] === "application/json" && text !== "" ? JSON.parse(text) : undefined;
    return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json };
  }

  /** The response as soon as its header is there. */
  async begin(path: string, asking: Asking = {}): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    this.send(path, asking).on("response", resolve).on("error", reject);
    return await promise;
  }

  /** A request under way; destroying it is a client that goes away. */
  send(path: string, asking: Asking = {}) {
    const token = "token" in asking ? asking.token : "exai_ada_secret";
    const options: RequestOptions = {
      port: this.port,
      host: "127.0.0.1",
      path,
      agent: false,
      method: asking.method ?? (asking.body === undefined ? "GET" : "POST"),
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...asking.headers },
    };
    return httpRequest(options)
      .on("error", () => {})
      .end(asking.body);
  }

  /** A bare socket, for what no HTTP library would send. */
  async socket(): Promise<Socket> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    return socket;
  }

  /** Sends bytes as they are and answers with all that comes back until the end. */
  async raw(bytes: string): Promise<string> {
    const socket = await this.socket();
    const answer = textUntilEnd(socket);
    socket.write(bytes);
    return await answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    this.calls.presences[Symbol.dispose]();
  }

  #partsWith(settings: Partial<HttpSettings>): HttpParts {
    return {
      operations: this.calls.operations(),
      doors: this.doors,
      journal: this.calls,
      outputs: this.outputs,
      presences: this.calls.presences,
      rates: {
        request: () => {},
        connection: () => {
          if (this.streamsOpen >= this.maxStreams)
            throw new Fault("session.limit", "Cannot open another connection", { retryAfterMs: 1000 });
          this.streamsOpen += 1;
          return {
            [Symbol.dispose]: () => {
              this.streamsOpen -= 1;
            },
          };
        },
      },
      mcp: { serve: async ({ response }) => void response.writeHead(204).end() },
      slowed: new SlowedAnswers(this),
      clock: this.clock,
      health: { ready: async () => this.readiness },
      metrics: { contentType: "text/plain; version=0.0.4", text: async () => "exai_up 1\n" },
      reports: {
        fault: (code) => void this.faults.push(code),
        bug: (error, { trace }) => void this.bugs.push({ error, trace }),
      },
      settings: {
        host: "127.0.0.1",
        port: 0,
        allowedHosts: [],
        allowedOrigins: ["https://page.example"],
        proxy: "none",
        epoch: "e1",
        version: "0.0.0",
        ...httpLimits,
        ...settings,
      },
    };
  }
}

export async function textUntilEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

export interface SentEvent {
  id?: string;
  event?: string;
  data?: string;
  comment?: true;
}

/** Server-sent events of a response, one by one. */
export async function* sentEvents(response: IncomingMessage): AsyncGenerator<SentEvent, void> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) yield parsed(block);
  }
}

function parsed(block: string): SentEvent {
  if (block.startsWith(":")) return { comment: true };
  return Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
}
