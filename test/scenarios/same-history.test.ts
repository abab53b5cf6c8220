import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { expect } from "vitest";
import { z } from "zod";
import { SlowedAnswers } from "../../src/core/operations/slowed-answers.ts";
import { Library } from "../../src/core/upstreams/library.ts";
import { Upstreams } from "../../src/core/upstreams/upstreams.ts";
import { HttpGateway } from "../../src/gateways/http/http-gateway.ts";
import { httpLimits } from "../../src/gateways/http/settings.ts";
import { cursorOf, eventId } from "../../src/gateways/mcp/http/stream-cursor.ts";
import { McpServers } from "../../src/gateways/mcp/mcp-servers.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { promise } from "../promise.ts";
import { someone } from "../support/core.ts";
import { sentEvents } from "../support/http-rig.ts";
import { RawClient } from "../support/raw-client.ts";
import { SocketRig } from "../support/socket-rig.ts";
import { Puppet } from "../support/socket-tools.ts";
import { ScriptedConnector } from "../support/upstreams/scripted-connector.ts";

/** A reader's place: the last number that it has, and in which history. */
interface Place {
  call: CallId;
  after: number;
  epoch: string;
}

/** What a reader was told: numbers, and gaps as they are. */
type Told = unknown[];

/** One core behind the doors by which a call is followed. */
class Doors implements AsyncDisposable {
  readonly rig: SocketRig;
  readonly #token: string;
  readonly #http: HttpGateway;
  readonly #mcp: McpServers;
  readonly #held: AsyncDisposableStack;
  #port = 0;

  private constructor(rig: SocketRig, token: string, held: AsyncDisposableStack) {
    this.rig = rig;
    this.#token = token;
    this.#held = held;
    const { clock, operations, outputs, core, doors } = rig;
    const reports = { fault: () => {}, bug: (error: unknown) => void rig.bugs.push(error) };
    const upstreams = held.use(
      new Upstreams({ servers: [], connector: new ScriptedConnector(), clock, daemon: someone("it") }),
    );
    const library = held.use(new Library({ upstreams, clock }));
    const { journal, presences, calls } = core;
    const shared = { operations, journal, outputs, clock, reports };
    const { epoch } = core.store;
    const mcp = { waitMs: 600_000, textTokens: 20_000, clients: [], keepMs: 1, version: "0", key: new Uint8Array(32) };
    this.#mcp = held.use(new McpServers({ ...shared, calls, library, settings: mcp }));
    this.#http = held.use(
      new HttpGateway({
        ...shared,
        doors,
        presences,
        rates: { request: () => {}, connection: () => ({ [Symbol.dispose]: () => {} }) },
        mcp: { serve: async () => expect.unreachable() },
        upgrade: () => expect.unreachable(),
        slowed: new SlowedAnswers({ clock }),
        health: { ready: async () => ({ failing: [], detail: {} }) },
        metrics: { contentType: "text/plain", text: async () => "" },
        settings: { ...httpLimits, ...door, epoch },
      }),
    );
  }

  static async open(puppet: Puppet): Promise<Doors> {
    await using building = new AsyncDisposableStack();
    const rig = building.use(await SocketRig.open({ tools: () => [puppet.tool] }));
    const doors = new Doors(rig, await rig.token("ada"), building.move());
    doors.#port = (await doors.#http.listen()).port;
    return doors;
  }

  /** Each begins to follow, and answers how all that it is told is waited for. */
  async overSocket({ call, after, epoch }: Place): Promise<() => Promise<Told>> {
    const { client } = await RawClient.open(this.rig.url, { token: this.#token });
    this.#held.use(client);
    await client.request("call.follow", { call, after, epoch });
    return async () => {
      await client.event("call.succeeded");
      return client.notifications.map(({ method, params }) => (method === "call.gap" ? params : params?.["seq"]));
    };
  }

  async overHttp({ call, after, epoch }: Place): Promise<() => Promise<Told>> {
    const headers = { authorization: `Bearer ${this.#token}`, "last-event-id": `${epoch}:${after}` };
    const url = `http://127.0.0.1:${this.#port}/api/v1/calls/${call}/events`;
    const [response] = (await once(get(url, { headers, agent: false }), "response")) as [IncomingMessage];
    return async () => {
      const told: Told = [];
      for await (const { event, id, data = "" } of sentEvents(response))
        if (event !== "end") told.push(event === "gap" ? JSON.parse(data) : Number(id?.split(":")[1]));
      return told;
    };
  }

  /** Over MCP progress is told, of what comes at a time the latest; who stands behind the head is told at once. */
  async overMcp({ call, after, epoch }: Place): Promise<() => Promise<Told>> {
    const told: number[] = [];
    const [near, far] = InMemoryTransport.createLinkedPair();
    const peer = { caller: someone("ada"), started: () => {} };
    const served = serveStdio(() => this.#mcp.open(peer), { transport: far });
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "legacy" } });
    this.#held.defer(() => served.close());
    this.#held.defer(() => client.close());
    client.setNotificationHandler("notifications/progress", ({ params }) => void told.push(params.progress));
    await client.connect(near);
    const here = this.rig.core.store.epoch;
    const place = cursorOf(here, eventId(epoch, { request: 1, call, seq: after })) as { seq: number };
    const params = { call, after: place.seq, progressToken: 1 };
    const answer = client.request({ method: "exai/resume", params } as never, z.looseObject({}) as never);
    if (place.seq !== head) await expect.poll(() => told.length).toBe(1);
    return async () => {
      expect(await answer).toMatchObject({ structuredContent: { call, phase: "succeeded" } });
      return told;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }
}

const door = { host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [], proxy: "none", version: "0" } as const;
const head = 6;
const gap = (from: number, to: number, reason: string) => ({ from, to, reason });
const all = [1, 2, 3, 4, 5, 6, 7, 8];

/** Where readers stand that come to a call with 6 events, and what they are told of its 8. */
const readers: Record<string, { after: number; epoch?: string; told: Told }> = {
  "from the beginning": { after: 0, told: all },
  "from the middle": { after: 4, told: [5, 6, 7, 8] },
  "from the head": { after: 6, told: [7, 8] },
  "from beyond the head": { after: 50, told: [gap(1, 50, "lost"), ...all] },
  "from another history": { after: 4, epoch: "before", told: [gap(1, 4, "epoch"), ...all] },
  "from the beginning of another history": { after: 0, epoch: "before", told: all },
};

promise(
  ["lost.seq", "lost.reconnect", "lost.any-connection"],
  "whoever follows a call is told the same of it over WebSocket, HTTP and MCP, wherever it comes from",
  async () => {
    const puppet = new Puppet("speak");
    await using doors = await Doors.open(puppet);
    const { operations, core } = doors.rig;
    const asking = { caller: someone("ada"), signal: new AbortController().signal };
    const { call } = await operations["call.start"](asking, { tool: "speak", input: {} });
    await puppet.say(head - 2);
    const following = [];
    for (const [whence, { after, epoch = core.store.epoch, told }] of Object.entries(readers)) {
      const place = { call, after, epoch };
      const ways = [await doors.overSocket(place), await doors.overHttp(place), await doors.overMcp(place)];
      following.push({ whence, ways, told });
    }
    await puppet.say(1);
    puppet.end();
    for (const { whence, ways, told } of following) {
      const [socket, http, mcp = []] = await Promise.all(ways.map((all) => all()));
      const expected = told.map((each) => (typeof each === "number" ? each : { call, ...(each as object) }));
      expect({ whence, socket, http }).toEqual({ whence, socket: expected, http: expected });
      const progress = [...(told.includes(head) ? [head] : []), head + 1];
      expect({ whence, mcp }).toEqual({ whence, mcp: progress });
    }
    expect(doors.rig.bugs).toEqual([]);
  },
);
