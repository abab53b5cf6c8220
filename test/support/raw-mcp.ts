import { InMemoryTransport, type JSONRPCMessage, type Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

type Message = Readonly<Record<string, unknown>>;

interface Reply {
  result: Record<string, unknown>;
  error: { code: number; message: string; data?: unknown };
}

/** A client of 2026-07-28 that says exactly what a test says, for what no library would send. */
export class RawMcp implements AsyncDisposable {
  readonly notifications: Message[] = [];
  readonly #near: InMemoryTransport;
  readonly #served: ReturnType<typeof serveStdio>;
  readonly #waiting = new Map<unknown, (reply: Reply) => void>();
  readonly #capabilities: Message;
  #id = 0;

  private constructor(near: InMemoryTransport, served: ReturnType<typeof serveStdio>, capabilities: Message) {
    this.#near = near;
    this.#served = served;
    this.#capabilities = capabilities;
    near.onmessage = (message) => this.#take(message);
  }

  static async open(open: () => Server, capabilities: Message): Promise<RawMcp> {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const raw = new RawMcp(near, serveStdio(open, { transport: far }), capabilities);
    await near.start();
    return raw;
  }

  /** The result, or the error, of one request. */
  async ask(method: string, params: Message = {}): Promise<Reply> {
    const id = ++this.#id;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#waiting.set(id, resolve);
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": this.#capabilities,
    };
    await this.#near.send({ jsonrpc: "2.0", id, method, params: { ...params, _meta } } as JSONRPCMessage);
    return await promise;
  }

  #take(message: JSONRPCMessage): void {
    if ("method" in message) this.notifications.push(message as unknown as Message);
    else this.#waiting.get(message.id)?.(message as unknown as Reply);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#served.close();
    await this.#near.close();
  }
}
