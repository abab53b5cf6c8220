import { orAborted } from "../../../src/base/abort.ts";
import { upstreamServers } from "../../../src/core/upstreams/server.ts";
import type {
  ConnectRequest,
  UpstreamConnection,
  UpstreamConnector,
  UpstreamRequest,
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

  async list(): Promise<unknown[]> {
    return this.names.map((name) => ({ name, inputSchema }));
  }

  async call({ tool, input }: UpstreamRequest, signal: AbortSignal): Promise<Result> {
    if (this.isOver) throw lost();
    if (this.fault !== undefined) throw this.fault;
    if (tool.name === "remember") return { content: `remembered ${this.#notes[this.#notes.push(input["note"]) - 1]}` };
    if (tool.name === "recall") return { content: this.#notes.join(", ") };
    if (tool.name === "fail") throw new Fault("upstream.failed", `Cannot do it: it says ${input["why"]}`);
    const ending = this.ended.then((fault) => Promise.reject(fault ?? lost()));
    return await orAborted(ending, signal);
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
