import { orAborted } from "../../../src/base/abort.ts";
import { upstreamServers } from "../../../src/core/upstreams/server.ts";
import type {
  ConnectRequest,
  Listed,
  Reading,
  UpstreamConnection,
  UpstreamConnector,
  UpstreamRequest,
  Watching,
} from "../../../src/core/upstreams/upstream.ts";
import { Fault } from "../../../src/protocol/fault.ts";
import type { Result } from "../../../src/protocol/result.ts";

const inputSchema = { type: "object" };

/** Servers in memory, whose every turn a test decides. */
export class ScriptedConnector implements UpstreamConnector {
  readonly connections: ScriptedConnection[] = [];
  /** How many were asked for, whether or not they came to be. */
  asked = 0;
  /** What the next connections meet. */
  onConnect: (signal: AbortSignal) => Promise<void> = async () => {};

  refusal(): Fault | undefined {
    return undefined;
  }

  async connect(request: ConnectRequest, signal: AbortSignal): Promise<UpstreamConnection> {
    this.asked += 1;
    await orAborted(this.onConnect(signal), signal);
    const connection = new ScriptedConnection(request);
    this.connections.push(connection);
    return connection;
  }
}

export class ScriptedConnection implements UpstreamConnection {
  readonly protocol = "scripted";
  readonly has: ReadonlySet<Listed> = new Set(["tools", "prompts", "resources", "templates"]);
  readonly request: ConnectRequest;
  readonly ended: Promise<Fault | undefined>;
  names = ["remember", "recall", "wait", "fail"];
  /** Every later call fails with it. */
  fault: Fault | undefined;
  isOver = false;
  readonly #notes: unknown[] = [];
  readonly #end = Promise.withResolvers<Fault | undefined>();

  constructor(request: ConnectRequest) {
    this.request = request;
    this.ended = this.#end.promise;
  }

  /** How often each list was asked for. */
  readonly listed: Listed[] = [];
  readonly #watchers = new Map<string, Set<() => void>>();

  async list(what: Listed): Promise<unknown[]> {
    this.listed.push(what);
    if (what === "tools") return this.names.map((name) => ({ name, inputSchema }));
    if (what === "prompts") return [{ name: "greet", arguments: [{ name: "whom", required: true }] }];
    if (what === "resources") return [{ uri: "note://all", name: "all" }];
    return [{ uriTemplate: "note://{number}", name: "one" }];
  }

  async call({ tool, input }: UpstreamRequest, signal: AbortSignal): Promise<Result> {
    if (this.isOver) throw lost();
    if (this.fault !== undefined) throw this.fault;
    if (tool.name === "remember") {
      this.#notes.push(input["note"]);
      this.updated("note://all");
      return { content: `remembered ${input["note"]}` };
    }
    if (tool.name === "recall") return { content: this.#notes.join(", ") };
    if (tool.name === "fail") throw new Fault("upstream.failed", `Cannot do it: it says ${input["why"]}`);
    const ending = this.ended.then((fault) => Promise.reject(fault ?? lost()));
    return await orAborted(ending, signal);
  }

  async read(reading: Reading, signal: AbortSignal): Promise<unknown> {
    if (this.isOver) throw lost();
    if (this.fault !== undefined) throw this.fault;
    if (reading.kind === "prompt" && reading.name === "greet")
      return { messages: [{ role: "user", content: { type: "text", text: `Greet ${reading.arguments["whom"]}` } }] };
    if (reading.kind === "completion") return { completion: { values: ["ann", "bob"] } };
    if (reading.kind === "resource" && reading.uri === "note://all")
      return { contents: [{ uri: reading.uri, mimeType: "text/plain", text: this.#notes.join(", ") }] };
    if (reading.kind === "resource" && reading.uri === "note://silent") return await orAborted(this.ended, signal);
    throw new Fault("upstream.failed", "Cannot read it: it says there is none");
  }

  async watch(uri: string, onUpdated: () => void): Promise<Watching> {
    if (this.isOver) throw lost();
    const watchers = this.#watchers.get(uri) ?? new Set();
    this.#watchers.set(uri, watchers.add(onUpdated));
    const over = Promise.withResolvers<void>();
    void this.ended.then(() => over.resolve());
    return {
      over: over.promise,
      [Symbol.asyncDispose]: async () => {
        watchers.delete(onUpdated);
        over.resolve();
      },
    };
  }

  /** How many watch what is at this address. */
  watchers(uri: string): number {
    return this.#watchers.get(uri)?.size ?? 0;
  }

  updated(uri: string): void {
    for (const told of this.#watchers.get(uri) ?? []) told();
  }

  /** It goes by itself. */
  crash(): void {
    this.isOver = true;
    this.#end.resolve(lost());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    this.#end.resolve(undefined);
  }
}

export function scriptedServer(more: object = {}) {
  const [server] = upstreamServers.parse({ scripted: { command: "scripted", ...more } });
  if (server === undefined) throw new Error("no server");
  return server;
}

export function lost(): Fault {
  return new Fault("upstream.lost", "Cannot go on: the server is gone");
}
