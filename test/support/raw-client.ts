import { WebSocket } from "ws";
import { decodeFrame, encodeFrame, type Frame } from "../../src/protocol/frames.ts";
import { type SessionOpened, subprotocol } from "../../src/protocol/methods.ts";

export interface Message {
  jsonrpc: string;
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: {
    code: number;
    message: string;
    data: { code: string; trace?: string; retry: { safe: boolean; afterMs?: number } };
  };
}

/** What came in: a text message, a binary frame, or the end. */
export type Arrival = Message | { frame: Frame } | { closed: number; reason: string };

/** A WebSocket that does only what a test says, and remembers all that came. */
export class RawClient implements Disposable {
  readonly webSocket: WebSocket;
  readonly arrivals: Arrival[] = [];
  #waiting: (() => void)[] = [];
  #nextId = 1;

  constructor(url: string, protocols: string[] = [subprotocol]) {
    this.webSocket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.webSocket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) return this.#arrived(JSON.parse(data.toString()));
      const frame = decodeFrame(data);
      if (frame !== undefined) this.#arrived({ frame });
    });
    this.webSocket.on("close", (closed, reason) => this.#arrived({ closed, reason: reason.toString() }));
    this.webSocket.on("error", () => {});
  }

  static async connected(url: string): Promise<RawClient> {
    const client = new RawClient(url);
    await new Promise((resolve) => client.webSocket.once("open", resolve));
    return client;
  }

  /** A connection with an open session. */
  static async open(
    url: string,
    credential: Record<string, unknown>,
  ): Promise<{ client: RawClient; opened: SessionOpened }> {
    const client = await RawClient.connected(url);
    const answer = await client.request("session.open", { ...credential, client: { name: "raw", version: "1" } });
    if (answer.result === undefined) throw new Error(`Not opened: ${JSON.stringify(answer.error)}`);
    return { client, opened: answer.result as unknown as SessionOpened };
  }

  get closed(): { closed: number; reason: string } | undefined {
    return this.arrivals.find((arrival) => "closed" in arrival);
  }

  get notifications(): Message[] {
    return this.arrivals.filter((arrival): arrival is Message => "method" in arrival);
  }

  get frames(): Frame[] {
    return this.arrivals.flatMap((arrival) => ("frame" in arrival ? [arrival.frame] : []));
  }

  /** The numbers of the events that came, in the order they came. */
  get seqs(): number[] {
    return this.notifications
      .filter(({ method }) => method === "call.event")
      .map(({ params }) => Number(params?.["seq"]));
  }

  send(method: string, params?: object): number {
    const id = this.#nextId++;
    this.text(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return id;
  }

  async request(method: string, params?: object): Promise<Message> {
    const id = this.send(method, params);
    const answer = await this.until((arrival) => "closed" in arrival || ("id" in arrival && arrival.id === id));
    if ("closed" in answer) throw new Error(`Closed with ${answer.closed} ${answer.reason}`);
    return answer as Message;
  }

  notify(method: string, params: object): void {
    this.text(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  text(text: string): void {
    this.webSocket.send(text);
  }

  frame(frame: Frame): void {
    this.webSocket.send(encodeFrame(frame));
  }

  /** The first arrival, also an earlier one, that fits. */
  async until(fits: (arrival: Arrival) => boolean): Promise<Arrival> {
    for (;;) {
      const found = this.arrivals.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when the condition holds; looked at once an arrival. */
  async when(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** How it was closed, once as many answers as could overtake that have come; undefined where it is open still. */
  async verdict(): Promise<number | undefined> {
    for (let turn = 0; turn < 100 && this.closed === undefined; turn++) await this.request("ping", {}).catch(() => {});
    return this.closed?.closed;
  }

  async event(type: string): Promise<Message> {
    return (await this.until(
      (arrival) => "method" in arrival && arrival.method === "call.event" && arrival.params?.["type"] === type,
    )) as Message;
  }

  async end(): Promise<{ closed: number; reason: string }> {
    return (await this.until((arrival) => "closed" in arrival)) as { closed: number; reason: string };
  }

  #arrived(arrival: Arrival): void {
    this.arrivals.push(arrival);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  [Symbol.dispose](): void {
    this.webSocket.terminate();
  }
}
