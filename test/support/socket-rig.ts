import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect } from "vitest";
import { z } from "zod";
import { openSpoolOutputLog } from "../../src/adapters/output/spool/spool-output-log.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { Rates } from "../../src/core/admission/rates.ts";
import type { Work } from "../../src/core/calls/work.ts";
import { administrationOperations } from "../../src/core/operations/administration-operations.ts";
import { daemonOperations } from "../../src/core/operations/daemon-operations.ts";
import type { Operations } from "../../src/core/operations/operations.ts";
import { SlowedAnswers } from "../../src/core/operations/slowed-answers.ts";
import type { OutputLog } from "../../src/core/processes/output-log.ts";
import { Administration } from "../../src/core/tenants/administration.ts";
import { Doors } from "../../src/core/tenants/doors.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import type { McpPort } from "../../src/gateways/websocket/parts.ts";
import { WebsocketGateway } from "../../src/gateways/websocket/websocket-gateway.ts";
import { Fault, type FaultCode } from "../../src/protocol/fault.ts";
import type { PrincipalId } from "../../src/protocol/ids.ts";
import { socketPath } from "../../src/protocol/methods.ts";
import { echoTool } from "../../src/tools/echo.ts";
import { Core, someone, temporaryFolder, workOf } from "./core.ts";
import { ManualClock } from "./manual-clock.ts";
import { operationsOver } from "./operations-over.ts";

const allRoots = ["/tmp"] as const;

/** A tool of a test: what it runs decides. */
export function testTool(name: string, run: Work["run"], more: Partial<Tool> = {}): Tool {
  return {
    ...workOf(name, run),
    title: name,
    description: name,
    input: z.record(z.string(), z.unknown()),
    timeoutMs: () => 600_000,
    ...more,
  };
}

export interface RigOptions {
  tools?: (parts: { clock: ManualClock; outputs: OutputLog }) => Tool[];
  folder?: string;
  requestsPerSecond?: number;
  connections?: number;
  maxOpening?: number;
  maxFrameBytes?: number;
  mcp?: McpPort;
  wrapOperations?: (operations: Operations) => Operations;
  port?: number;
  /** Where the HTTP server says that connections come from. */
  from?: string;
}

interface OperationParts {
  core: Core;
  tools: Tool[];
  doors: Doors;
  rates: Rates;
  held: AsyncDisposableStack;
}

/** The WebSocket gateway on a real socket, over the real core, store, doors and spool. */
export class SocketRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly bugs: unknown[] = [];
  /** Under which traces they were told. */
  readonly bugTraces: string[] = [];
  /** What was refused. */
  readonly faults: FaultCode[] = [];
  readonly sockets = new Set<Socket>();
  readonly outputs: OutputLog;
  readonly core: Core;
  readonly doors: Doors;
  readonly administration: Administration;
  readonly gateway: WebsocketGateway;
  readonly operations: Operations;
  readonly #server: Server;
  readonly #held: AsyncDisposableStack;
  port = 0;

  constructor(parts: {
    core: Core;
    outputs: OutputLog;
    held: AsyncDisposableStack;
    options: RigOptions;
    tools: Tool[];
    clock: ManualClock;
    doors: Doors;
  }) {
    const { core, outputs, held, options, clock, doors } = parts;
    this.clock = clock;
    this.core = core;
    this.outputs = outputs;
    this.doors = doors;
    this.#held = held;
    const ids = new SortableIds(clock);
    this.administration = new Administration({ store: core.store, clock, ids, doors, allRoots });
    const rates = new Rates({
      clock,
      perSecond: { starts: 1_000_000, requests: options.requestsPerSecond ?? 1_000_000 },
      connections: options.connections ?? 20_000,
    });
    this.operations = this.#operations({ ...parts, rates });
    this.gateway = new WebsocketGateway({
      operations: options.wrapOperations?.(this.operations) ?? this.operations,
      doors,
      journal: core.journal,
      calls: core.calls,
      outputs,
      presences: core.presences,
      rates,
      slowed: new SlowedAnswers({ clock }),
      clock,
      mcp: options.mcp ?? { open: () => expect.unreachable("the test speaks no MCP") },
      settings: {
        epoch: core.store.epoch,
        node: "test",
        version: "0.0.0",
        sessionInflight: 8,
        ...(options.maxOpening === undefined ? {} : { maxOpening: options.maxOpening }),
        ...(options.maxFrameBytes === undefined ? {} : { maxFrameBytes: options.maxFrameBytes }),
      },
      reports: {
        fault: (code) => void this.faults.push(code),
        bug: (error, { trace }) => {
          this.bugs.push(error);
          this.bugTraces.push(trace);
        },
      },
    });
    this.#server = createServer((_request, response) => void response.end("ok\n"));
    this.#server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => void this.sockets.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) =>
      this.gateway.upgrade(request, socket, { head, from: options.from ?? "127.0.0.1" }),
    );
  }

  static async open(options: RigOptions = {}): Promise<SocketRig> {
    await using building = new AsyncDisposableStack();
    const folder = options.folder ?? building.use(await temporaryFolder()).path;
    const clock = new ManualClock();
    const outputs = building.use(await openSpoolOutputLog({ folder: `${folder}/spool`, clock, bytesPerSecond: 1e12 }));
    const tools = [echoTool({ clock, timeoutMs: 60_000 }), ...(options.tools?.({ clock, outputs }) ?? [])];
    const core = building.use(await Core.open({ clock, works: tools, folder, limits }));
    const settings = { sessionTtlMs: 3_600_000, maxSessions: 20_000, allRoots };
    const doors = building.use(new Doors({ store: core.store, clock, ids: new SortableIds(clock), settings }));
    const rig = new SocketRig({ core, outputs, held: building.move(), options, tools, clock, doors });
    await rig.#listen(options.port ?? 0);
    return rig;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}${socketPath}`;
  }

  /** A principal's token, with all that a user may have. */
  async token(name: string, more: { role?: "owner" | "user"; ttlMs?: number } = {}): Promise<string> {
    const principal = name as PrincipalId;
    const role = more.role ?? "user";
    await this.core.store.putPrincipal({
      principal: { id: principal, name, role, createdAt: 0, suspendedAt: null },
    });
    const admin = someone("admin", { role: "owner", scopes: new Set(["tools", "exec", "agent", "observe", "admin"]) });
    const { token } = await this.administration.createToken(admin, {
      name,
      principal,
      scopes: ["tools", "exec"],
      tools: [],
      roots: [],
      ...(more.ttlMs === undefined ? {} : { ttlMs: more.ttlMs }),
    });
    return token;
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  #operations({ core, tools, doors, rates, held }: OperationParts): Operations {
    const none = async () => {
      throw new Fault("method.unknown", "Cannot answer: the test has no such operation");
    };
    const outputs = { remove: async () => {} };
    return {
      ...operationsOver(core, { tools, rates, held }),
      "command.list": none,
      "process.list": none,
      "upstream.list": none,
      ...administrationOperations({ administration: this.administration, doors, calls: core.calls, outputs }),
      ...daemonOperations({
        store: core.store,
        nowMs: () => this.clock.wallMs(),
        perDay: () => ({}),
        status: none,
        models: none,
        stop: () => {},
        reload: none,
      }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    let isClosed = false;
    const closing = this.gateway[Symbol.asyncDispose]().finally(() => {
      isClosed = true;
    });
    // Who does not take its farewell is waited for, by the clock.
    while (!isClosed) await this.clock.advance(1000);
    await closing;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#held.disposeAsync();
  }
}

const limits = { global: 4096, principal: 4096, session: 4096 };
