import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { type Memory, notebook } from "./notebook.ts";

type Answerer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The notebook over Streamable HTTP on loopback, for clients of both eras; each session is a notebook of its own. */
export class HttpNotebook implements AsyncDisposable {
  /** Requests that came, newest last. */
  readonly seen: { method: string; authorization: string | undefined; session: string | undefined }[] = [];
  /** Answers in the place of the notebook where it says so. */
  instead: Answerer = () => false;
  readonly #http: Server;
  readonly #sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  /** What all clients of 2026-07-28 share: it knows no sessions. */
  readonly #memory: Memory = {
    notes: [],
    hasGrown: false,
    onUpdated: (uri) => this.#newer.notify.resourceUpdated(uri),
  };
  readonly #newer = createMcpHandler(() => notebook(this.#memory), { legacy: "reject" });

  private constructor() {
    this.#http = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<HttpNotebook> {
    const server = new HttpNotebook();
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/mcp`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** As a server that was started anew. */
  forget(): void {
    this.#sessions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    await this.#newer.close();
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { authorization, "mcp-session-id": session } = incoming.headers;
    this.seen.push({ method: incoming.method ?? "", authorization, session: session as string | undefined });
    if (this.instead(incoming, outgoing)) return;
    const hasBody = incoming.method === "POST";
    const request = new Request(this.url, {
      method: incoming.method ?? "GET",
      headers: incoming.headers as Record<string, string>,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" }),
    });
    const isOlder = await isLegacyRequest(request.clone());
    const answer = await (isOlder ? this.#older(request, session as string | undefined) : this.#newer.fetch(request));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) outgoing.end();
    else
      Readable.fromWeb(answer.body as never)
        .on("error", () => outgoing.destroy())
        .pipe(outgoing);
  }

  async #older(request: Request, session: string | undefined): Promise<Response> {
    const known = session === undefined ? undefined : this.#sessions.get(session);
    if (known !== undefined) return await known.handleRequest(request);
    if (session !== undefined) return new Response("no such session", { status: 404 });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    await notebook().connect(transport);
    return await transport.handleRequest(request);
  }
}
