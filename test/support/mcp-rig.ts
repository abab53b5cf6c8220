import { Client, type ClientOptions, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { openSpoolOutputLog } from "../../src/adapters/output/spool/spool-output-log.ts";
import type { Operations } from "../../src/core/operations/operations.ts";
import type { OutputLog } from "../../src/core/processes/output-log.ts";
import type { Store } from "../../src/core/store/store.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { Library } from "../../src/core/upstreams/library.ts";
import type { UpstreamServer } from "../../src/core/upstreams/server.ts";
import { Upstreams } from "../../src/core/upstreams/upstreams.ts";
import type { McpPeer } from "../../src/gateways/mcp/mcp-peer.ts";
import { McpServers } from "../../src/gateways/mcp/mcp-servers.ts";
import type { McpSettings } from "../../src/gateways/mcp/settings.ts";
import { Fault, type FaultCode } from "../../src/protocol/fault.ts";
import { callsTool } from "../../src/tools/calls/calls-tool.ts";
import { echoTool } from "../../src/tools/echo.ts";
import { Core, someone, temporaryFolder } from "./core.ts";
import { ManualClock } from "./manual-clock.ts";
import { operationsOver } from "./operations-over.ts";
import { RawMcp } from "./raw-mcp.ts";
import { ScriptedConnector } from "./upstreams/scripted-connector.ts";

export interface McpRigOptions {
  tools?: readonly Tool[] | ((store: Store, outputs: OutputLog) => readonly Tool[]);
  settings?: Partial<McpSettings>;
  folder?: string;
  clock?: ManualClock;
  models?: Operations["models.list"];
  /** Servers behind, scripted ones. */
  upstreams?: readonly UpstreamServer[];
}

export interface ClientWish {
  principal?: string;
  /** The revision of its era; a handshake by default. */
  era?: "legacy" | "modern";
  name?: string;
  options?: ClientOptions;
  peer?: Partial<McpPeer>;
  /** Before it connects: its handlers. */
  prepare?: (client: Client) => void;
}

interface RigParts {
  core: Core;
  outputs: OutputLog;
  library: Library;
  held: AsyncDisposableStack;
  tools: readonly Tool[];
  clock: ManualClock;
}

const key = new Uint8Array(32).fill(7);

/** MCP over the real core and store, for official clients that are joined to it in memory. */
export class McpRig implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly core: Core;
  readonly servers: McpServers;
  readonly operations: Operations;
  readonly outputs: OutputLog;
  readonly faults: FaultCode[] = [];
  readonly bugs: unknown[] = [];
  readonly #held: AsyncDisposableStack;
  /** Operations that have not answered. */
  #asking = 0;

  private constructor(parts: RigParts, options: McpRigOptions) {
    this.core = parts.core;
    this.outputs = parts.outputs;
    this.clock = parts.clock;
    this.#held = parts.held;
    this.operations = this.#operations(parts, options);
    this.servers = new McpServers({
      operations: this.operations,
      journal: parts.core.journal,
      outputs: parts.outputs,
      calls: parts.core.calls,
      library: parts.library,
      clock: parts.clock,
      reports: { fault: (code) => void this.faults.push(code), bug: (error) => void this.bugs.push(error) },
      settings: {
        waitMs: 25_000,
        textTokens: 20_000,
        clients: [],
        keepMs: 604_800_000,
        version: "0.0.0",
        key,
        ...options.settings,
      },
    });
  }

  static async open(options: McpRigOptions = {}): Promise<McpRig> {
    await using building = new AsyncDisposableStack();
    const folder = options.folder ?? building.use(await temporaryFolder()).path;
    const clock = options.clock ?? new ManualClock();
    const outputs = building.use(await openSpoolOutputLog({ folder: `${folder}/spool`, clock, bytesPerSecond: 1e12 }));
    let tools: readonly Tool[] = [];
    const works = (store: Store) => {
      const own = typeof options.tools === "function" ? options.tools(store, outputs) : (options.tools ?? []);
      tools = [echoTool({ clock, timeoutMs: 600_000 }), ...own];
      return tools;
    };
    const core = building.use(await Core.open({ clock, works, folder }));
    const servers = options.upstreams ?? [];
    const connector = new ScriptedConnector();
    const upstreams = building.use(
      new Upstreams({ servers, connector, clock, daemon: { ...someone("it"), roots: [] } }),
    );
    const library = building.use(new Library({ upstreams, clock }));
    return new McpRig({ core, outputs, library, held: building.move(), tools, clock }, options);
  }

  /** An official client, joined to a server of its own. */
  async client(wish: ClientWish = {}): Promise<Client & AsyncDisposable> {
    const { principal = "ada", era = "legacy", name = "test", options, peer } = wish;
    const [near, far] = InMemoryTransport.createLinkedPair();
    const served = serveStdio(() => this.servers.open({ caller: someone(principal), ...peer }), { transport: far });
    const mode = era === "modern" ? { pin: "2026-07-28" } : "legacy";
    const client = new Client({ name, version: "1" }, { versionNegotiation: { mode }, ...options });
    wish.prepare?.(client);
    await client.connect(near);
    return Object.assign(client, {
      [Symbol.asyncDispose]: async () => {
        await client.close();
        await served.close();
      },
    });
  }

  /** A client of 2026-07-28 that says what the test says. */
  async raw({
    principal = "ada",
    capabilities = {},
  }: {
    principal?: string;
    capabilities?: object;
  } = {}): Promise<RawMcp> {
    return await RawMcp.open(() => this.servers.open({ caller: someone(principal) }), { ...capabilities });
  }

  /** Time goes on, as long as the request waits for its call and for nothing else. */
  async inTime<T>(answer: Promise<T>): Promise<T> {
    let isAnswered = false;
    const mark = () => {
      isAnswered = true;
    };
    answer.then(mark, mark);
    while (!isAnswered) {
      await new Promise(setImmediate);
      if (this.#asking === 0 && this.core.journal.followed().length > 0) await this.clock.advance(100);
    }
    return await answer;
  }

  #operations({ core, tools, clock, held, outputs }: RigParts, options: McpRigOptions): Operations {
    const calls = callsTool({ operations: () => this.operations, journal: core.journal, outputs, clock });
    const known = {
      ...operationsOver(core, { tools, control: [calls], outputs, held }),
      "models.list": options.models ?? (async () => ({ models: [] })),
    };
    return counted(known, (change) => {
      this.#asking += change;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.servers[Symbol.dispose]();
    await this.#held.disposeAsync();
  }
}

/** The operations, with word of each that begins and ends. */
function counted(known: Partial<Operations>, count: (change: 1 | -1) => void): Operations {
  return new Proxy(known as Operations, {
    get: (target, name) => {
      const operation = Reflect.get(target, name) as ((...asked: unknown[]) => Promise<unknown>) | undefined;
      return async (...asked: unknown[]) => {
        if (operation === undefined) throw new Fault("method.unknown", "Cannot answer: the rig has no such operation");
        count(1);
        try {
          return await operation(...asked);
        } finally {
          count(-1);
        }
      };
    },
  });
}
