import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { openSpoolOutputLog } from "../../src/adapters/output/spool/spool-output-log.ts";
import type { Caps } from "../../src/adapters/output/spool/usage.ts";
import { SlowedAnswers } from "../../src/core/operations/slowed-answers.ts";
import type { OutputLog } from "../../src/core/processes/output-log.ts";
import { HttpGateway, type HttpParts } from "../../src/gateways/http/http-gateway.ts";
import { type HttpSettings, httpLimits } from "../../src/gateways/http/settings.ts";
import { Fault, type FaultCode, type FaultView } from "../../src/protocol/fault.ts";
import { temporaryFolder } from "./core.ts";
import { HttpCalls } from "./http-calls.ts";
import { KnownDoors } from "./known-doors.ts";
import { ManualClock } from "./manual-clock.ts";

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

/** What the rig stands on: a spool in a folder of its own. */
interface Ground {
  clock: ManualClock;
  outputs: OutputLog;
  held: AsyncDisposable;
}

/** The gateway on a real socket and a real spool, over calls and doors that do what the test says. */
export class HttpRig implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly calls: HttpCalls;
  readonly doors: KnownDoors;
  readonly outputs: OutputLog;
  readonly #held: AsyncDisposable;
  readonly faults: FaultCode[] = [];
  readonly bugs: { error: unknown; trace: string }[] = [];
  readonly readiness = { failing: [] as string[], detail: { store: "ok" } as object };
  readonly parts: HttpParts;
  readonly gateway: HttpGateway;
  /** Gets what the gateway hands on to whoever speaks WebSocket. */
  onUpgrade: HttpParts["upgrade"] = (_request, socket) => void socket.destroy();
  streamsOpen = 0;
  maxStreams = Number.POSITIVE_INFINITY;
  port = 0;

  private constructor({ clock, outputs, held }: Ground, settings: Partial<HttpSettings>) {
    this.clock = clock;
    this.calls = new HttpCalls(clock);
    this.doors = new KnownDoors({ clock });
    this.outputs = outputs;
    this.#held = held;
    this.doors.add("ada");
    this.doors.add("bob");
    this.doors.add("eve", { scopes: new Set(["observe"]) });
    this.doors.add("own", { role: "owner" });
    this.parts = this.#partsWith(settings);
    this.gateway = new HttpGateway(this.parts);
  }

  static async open(settings: Partial<HttpSettings> = {}, caps?: Caps): Promise<HttpRig> {
    const rig = await HttpRig.make(settings, caps);
    rig.port = (await rig.gateway.listen()).port;
    return rig;
  }

  /** One that does not listen yet. */
  static async make(settings: Partial<HttpSettings> = {}, caps?: Caps): Promise<HttpRig> {
    await using building = new AsyncDisposableStack();
    const { path: folder } = building.use(await temporaryFolder());
    const clock = new ManualClock();
    const spool = { folder, clock, bytesPerSecond: 1e12, ...(caps !== undefined && { caps }) };
    const outputs = building.use(await openSpoolOutputLog(spool));
    return new HttpRig({ clock, outputs, held: building.move() }, settings);
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
    this.doors[Symbol.dispose]();
    await this.#held[Symbol.asyncDispose]();
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
      upgrade: (...upgraded) => this.onUpgrade(...upgraded),
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
