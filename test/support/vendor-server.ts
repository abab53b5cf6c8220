import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { chatCompletions } from "./vendor-protocols/chat-completions.ts";
import type { Asked, Counted, Piece, VendorProtocol } from "./vendor-protocols/vendor-protocol.ts";

/** What the vendor does with one request. */
export type Reply =
  | {
      kind: "answer";
      text: string;
      /** In how many pieces the text is sent; 1. */
      chunks?: number;
      reasoning?: string;
      toolCalls?: readonly Omit<Extract<Piece, { type: "tool-call" }>, "type" | "index">[];
      /** In the words of chat completions. */
      finish?: string;
      /** `null`: the vendor sends no usage. Otherwise counted from the words. */
      usage?: { inputTokens: number; outputTokens: number } | null;
      /** The model that says it answered; the one that was asked. */
      model?: string;
      /** Awaited before each piece of text: a test's gate. */
      before?: (piece: number) => Promise<unknown> | undefined;
      /** Milliseconds between pieces, for programs that need a vendor that takes its time. */
      everyMs?: number;
    }
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: unknown }
  /** Sends a body as it was recorded: an event stream where no status is named, else a refusal. */
  | { kind: "recorded"; body: string; status?: number; headers?: Record<string, string> }
  /** Takes the request and never answers. */
  | { kind: "hang" }
  /** Takes the request and ends the connection. */
  | { kind: "reset" }
  /** Sends the text, then nothing more. */
  | { kind: "stall"; text: string }
  /** Sends the text, then destroys the socket. */
  | { kind: "cut"; text: string }
  /** Sends the text, then ends the body without a finish reason. */
  | { kind: "unfinished"; text: string }
  /** Sends the text, then this as the data of an event. */
  | { kind: "raw"; text: string; data: string }
  /** Sends the text, then an error inside the stream. */
  | { kind: "error"; text: string; message: string; status?: number }
  /** Sends the text, then an event whose shape is wrong. */
  | { kind: "misshapen"; text: string };

export interface SeenRequest {
  path: string;
  headers: IncomingHttpHeaders;
  /** The body of a chat request, parsed. */
  body: Record<string, unknown>;
  /** The last user message. */
  prompt: string;
  asked: Asked;
  /** Resolves when this request is over: `early` where the client closed before the answer was complete. */
  over: Promise<"complete" | "early">;
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;

/**
 * A model vendor on loopback that speaks one vendor's streaming protocol. It does what it was told for each
 * request, in turn; without a script it answers `echo: <prompt>`.
 */
export class VendorServer implements AsyncDisposable {
  readonly #server: Server;
  readonly protocol: VendorProtocol;
  readonly #script: Reply[] = [];
  readonly #arrivals: { count: number; resolve: () => void }[] = [];
  /** Every chat request, in order of arrival. */
  readonly seen: SeenRequest[] = [];
  /** Requests that came and are not over. */
  inFlight = 0;
  /** The most that were in flight at once. */
  mostInFlight = 0;
  /** What `GET /models` lists; `undefined` makes it answer 404. */
  models: string[] | undefined = ["small-1", "large-1"];
  /** Used where the script is at its end. */
  otherwise: (prompt: string, seen: SeenRequest) => Reply = (prompt) => ({ kind: "answer", text: `echo: ${prompt}` });

  /** Answers other routes than questions and the list, where it answers `true`. */
  beside: (request: IncomingMessage, response: ServerResponse) => Promise<boolean> = async () => false;

  private constructor(server: Server, protocol: VendorProtocol) {
    this.#server = server;
    this.protocol = protocol;
  }

  static async open(protocol: VendorProtocol = chatCompletions): Promise<VendorServer> {
    const server = createServer();
    const vendor = new VendorServer(server, protocol);
    server.on("request", (request, response) => void vendor.#serve(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return vendor;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.protocol.base}`;
  }

  /** Adds to the script: one reply a request. */
  reply(...replies: Reply[]): void {
    this.#script.push(...replies);
  }

  /** Resolves when `count` chat requests have come in all. */
  async arrived(count: number): Promise<void> {
    if (this.seen.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrivals.push({ count, resolve });
    await promise;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (/\/models(\?.*)?$/.test(path)) return this.#list(response);
    if (await this.beside(request, response)) return;
    const over = Promise.withResolvers<"complete" | "early">();
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    response.once("close", () => {
      this.inFlight--;
      over.resolve(response.writableFinished ? "complete" : "early");
    });
    const body = await readBody(request);
    const asked = this.protocol.asked(path, body);
    const seen = { path, headers: request.headers, body, asked, prompt: asked.prompt, over: over.promise };
    this.seen.push(seen);
    const reply = this.#script.shift() ?? this.otherwise(seen.prompt, seen);
    for (const arrival of this.#arrivals) if (this.seen.length >= arrival.count) arrival.resolve();
    await answer(reply, { protocol: this.protocol, seen }, response);
  }

  #list(response: ServerResponse): void {
    if (this.models === undefined) sendJson(response, 404, { error: { message: "no such route" } });
    else sendJson(response, 200, this.protocol.list(this.models));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return JSON.parse(text) as Record<string, unknown>;
}

interface Told {
  protocol: VendorProtocol;
  seen: SeenRequest;
}

async function answer(reply: Reply, told: Told, response: ServerResponse): Promise<void> {
  const { protocol, seen } = told;
  if (reply.kind === "hang") return;
  if (reply.kind === "reset") return void response.socket?.destroy();
  if (reply.kind === "status") return sendJson(response, reply.status, reply.body ?? {}, reply.headers);
  if (reply.kind === "recorded") {
    const type = reply.status === undefined ? "text/event-stream" : "application/json";
    response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
    return void response.end(reply.body);
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (reply.kind === "answer") return await stream(reply, told, response);
  if (reply.text !== "")
    response.write(protocol.begin(seen.asked, null) + protocol.piece(seen.asked, { type: "text", text: reply.text }));
  if (reply.kind === "raw") response.end(`data: ${reply.data}\n\n`);
  if (reply.kind === "error") response.end(protocol.error(reply.message, reply.status));
  if (reply.kind === "misshapen") response.end(protocol.misshapen);
  if (reply.kind === "unfinished") response.end();
  if (reply.kind === "cut") response.write(": cut\n\n", () => response.socket?.destroy());
}

async function stream(
  reply: Extract<Reply, { kind: "answer" }>,
  { protocol, seen }: Told,
  response: ServerResponse,
): Promise<void> {
  const asked = { ...seen.asked, model: reply.model ?? seen.asked.model };
  const say = (piece: Piece) => response.write(protocol.piece(asked, piece));
  const usage = reply.usage === undefined ? counted(reply, seen) : reply.usage;
  const sent = wantsUsage(seen) ? usage : null;
  response.write(protocol.begin(asked, sent));
  if (reply.reasoning !== undefined) say({ type: "reasoning", text: reply.reasoning });
  for (const [piece, text] of pieces(reply.text, reply.chunks ?? 1).entries()) {
    await reply.before?.(piece);
    if (reply.everyMs !== undefined) await wait(reply.everyMs);
    if (response.destroyed) return;
    say({ type: "text", text });
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) say({ type: "tool-call", index, ...call });
  response.end(protocol.end(asked, reply.finish ?? (reply.toolCalls === undefined ? "stop" : "tool_calls"), sent));
}

/** Chat completions send usage only where it was asked for. */
function wantsUsage({ body }: SeenRequest): boolean {
  const options = body["stream_options"] as { include_usage?: boolean } | undefined;
  return body["stream"] !== true || options === undefined || options.include_usage === true;
}

function counted(reply: { text: string }, seen: SeenRequest): Counted {
  return { inputTokens: words(seen.prompt), outputTokens: words(reply.text) };
}

function pieces(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
