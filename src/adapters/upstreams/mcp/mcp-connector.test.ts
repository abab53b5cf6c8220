import { mkdtemp, realpath, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { HttpNotebook } from "../../../../test/support/upstreams/http-server.ts";
import { Cancelled } from "../../../base/abort.ts";
import { SystemClock } from "../../../base/clock.ts";
import { SortableIds } from "../../../base/ids.ts";
import { type UpstreamServer, upstreamServers } from "../../../core/upstreams/server.ts";
import { asked, type UpstreamPlace, upstreamContract } from "../../../core/upstreams/upstream.contract.ts";
import type { UpstreamConnection } from "../../../core/upstreams/upstream.ts";
import type { PrincipalId } from "../../../protocol/ids.ts";
import { openLocalProcessHost } from "../../processes/supervised/local-process-host.ts";
import { McpConnector } from "./mcp-connector.ts";

const programs = join(import.meta.dirname, "../../../../test/programs");
const clock = new SystemClock();
const ids = new SortableIds(clock);
const never = new AbortController().signal;
const credential = "a-token-that-nobody-tells";

interface Rig extends UpstreamPlace {
  said: string[];
}

function serverOf(entry: object): UpstreamServer {
  const [server] = upstreamServers.parse({ notebook: entry });
  return server ?? expect.fail("no server");
}

/** A server as a program of the tests, run by a process host of its own. */
async function rigOf(name: string, args: readonly string[], more: object = {}): Promise<Rig> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "exai-upstream-")));
  const processes = await openLocalProcessHost({ folder: join(root, "processes"), clock, among: ["C"] });
  const connector = new McpConnector({
    processes,
    clock,
    version: "1",
    newId: () => ids.next(),
    path: "/usr/bin:/bin",
    home: root,
    leastWay: undefined,
    paths: { isDirectory: async () => true },
    hold: async (_, path) => ({ path, async [Symbol.asyncDispose]() {} }),
    variable: (name) => (name === "NOTEBOOK_TOKEN" ? credential : undefined),
    scrubber: () => (text) => text,
  });
  return {
    connector,
    server: serverOf({ command: process.execPath, args: [join(programs, `${name}.ts`), ...args], ...more }),
    user: { principal: "ann" as PrincipalId, role: "owner", roots: [root] },
    said: [],
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

async function reach({ connector, server, user, said }: Rig): Promise<UpstreamConnection> {
  return await connector.connect({ server, user, onChanged: () => {}, onSaid: (line) => said.push(line) }, never);
}

describe("a program of 2026-07-28", () => upstreamContract(() => rigOf("mcp-notebook", [])));
describe("a program of 2025-11-25", () =>
  upstreamContract(() => rigOf("mcp-notebook", [], { protocol: "2025-11-25" })));

describe.each(["2026-07-28", "2025-11-25"])("an address of %s", (protocol) => {
  upstreamContract(async () => {
    const rig = await rigOf("mcp-notebook", []);
    const notebook = await HttpNotebook.open();
    return {
      ...rig,
      server: serverOf({ url: notebook.url, protocol }),
      async [Symbol.asyncDispose]() {
        await notebook[Symbol.asyncDispose]();
        await rig[Symbol.asyncDispose]();
      },
    };
  });
});

test("an older program that ends at the first request it does not know is started again as one", async () => {
  await using rig = await rigOf("mcp-misbehaves", ["ends-at-unknown"]);
  for (let times = 0; times < 2; times++) {
    await using connection = await reach(rig);
    expect(connection.protocol).toBe("2025-11-25");
    expect(await connection.call(asked("act"), never)).toEqual({ content: "fine" });
  }
});

test("that a program turned out to be older is forgotten once its entry is another", async () => {
  await using older = await rigOf("mcp-misbehaves", ["ends-at-unknown"]);
  {
    await using connection = await reach(older);
    expect(connection.protocol).toBe("2025-11-25");
  }
  await using newer = await rigOf("mcp-notebook", []);
  await using connection = await reach({ ...older, server: newer.server });
  expect(connection.protocol).toBe("2026-07-28");
});

test("a program that cannot be started, or that ends at once, is told with what is known of why", async () => {
  await using absent = await rigOf("mcp-misbehaves", [], { command: "no-such-program" });
  await expect(reach(absent)).rejects.toMatchObject({ code: "upstream.unavailable", retry: { safe: true } });
  await using ending = await rigOf("no-such-file", [], { protocol: "2025-11-25" });
  await expect(reach(ending)).rejects.toThrow(
    /ended by itself \(code 1\).*; its last words: Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find module/,
  );
});

promise(
  "auth.frames",
  "a line that is longer than it may be, or no message, ends the session and is told; words are only words",
  async () => {
    const told = { "long-line": /longer than 65536 bytes/, "breaks-frames": /no JSON, expected one message a line/ };
    for (const [how, message] of Object.entries(told)) {
      await using rig = await rigOf("mcp-misbehaves", [how], { protocol: "2025-11-25", maxBytes: 65_536 });
      await using connection = await reach(rig);
      await expect(connection.call(asked("act"), AbortSignal.timeout(60_000))).rejects.toThrow(message);
      expect(await connection.ended).toMatchObject({ code: "upstream.unreadable" });
    }
    await using rig = await rigOf("mcp-notebook", []);
    await using connection = await reach(rig);
    expect(await connection.call(asked("recall"), never)).toEqual({ content: "" });
    expect(rig.said).toContain("the notebook is open");
  },
);

interface Heard {
  id?: number | string;
  method?: string;
  params?: { _meta?: { progressToken?: number } };
  error?: unknown;
}

/** Puts what a server says to each request in the place of what the notebook would. */
function insteadOf(notebook: HttpNotebook, say: (heard: Heard, to: ServerResponse, from: IncomingMessage) => unknown) {
  const handle = async (request: IncomingMessage, response: ServerResponse) =>
    await say((await json(request)) as Heard, response, request);
  notebook.instead = (request, response) => {
    if (request.method !== "POST") response.writeHead(405).end();
    else void handle(request, response);
    return true;
  };
}

function answer(response: ServerResponse, message: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", ...message }));
}

function event(message: object): string {
  return `data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`;
}

/** What a server of 2025-11-25 says until its tool is called; whether that was it. */
function began({ id, method }: Heard, response: ServerResponse): boolean {
  const capabilities = { tools: {} };
  const result = { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "other", version: "1" } };
  if (method === "initialize") answer(response, { id, result });
  else if (method === "notifications/initialized") response.writeHead(202).end();
  else return false;
  return true;
}

const addressed = { token: "NOTEBOOK_TOKEN", protocol: "2025-11-25" };

promise(
  "leak.secret",
  "a server that says its credential while it is reached, or of how far it is, says it to nobody",
  async () => {
    await using notebook = await HttpNotebook.open();
    await using rig = await rigOf("mcp-notebook", []);
    const place: Rig = { ...rig, server: serverOf({ url: notebook.url, ...addressed }) };
    insteadOf(notebook, ({ id }, response, { headers }) =>
      answer(response, { id, error: { code: -32_000, message: `${headers.authorization} is wrong` } }),
    );
    const told = await reach(place).catch((error) => String(error));
    expect(told).toMatch(/Bearer \[secret\] is wrong/);
    insteadOf(notebook, (heard, response, { headers }) => {
      if (began(heard, response)) return;
      const { id, params } = heard;
      const progress = { progressToken: params?._meta?.progressToken, progress: 1, message: headers.authorization };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event({ method: "notifications/progress", params: progress }));
      response.end(event({ id, result: { content: [] } }));
    });
    await using connection = await reach(place);
    const progress: string[] = [];
    await connection.call({ ...asked("act"), onProgress: ({ message }) => progress.push(message) }, never);
    expect(progress).toEqual(["Bearer [secret]"]);
  },
);

promise(
  "auth.frames",
  "a server that asks without end, and takes no answer, is ended and costs no socket",
  async () => {
    await using notebook = await HttpNotebook.open();
    await using rig = await rigOf("mcp-notebook", []);
    insteadOf(notebook, (heard, response) => {
      if (heard.method === undefined || began(heard, response)) return;
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let id = 0; id < 200; id++) response.write(event({ id, method: "ping" }));
    });
    await using connection = await reach({ ...rig, server: serverOf({ url: notebook.url, ...addressed }) });
    const told = await connection.call(asked("act"), AbortSignal.timeout(60_000)).catch((error) => String(error));
    expect(told).toMatch(/answers nothing/);
    expect(await connection.ended).toMatchObject({ code: "upstream.unreadable" });
  },
);

promise(
  "auth.frames",
  "of a server's questions four wait for the user at once, and it is told of the others",
  async () => {
    await using notebook = await HttpNotebook.open();
    await using rig = await rigOf("mcp-notebook", []);
    const settled = Promise.withResolvers<void>();
    const count = { asked: 0, refused: 0 };
    const one = (what: keyof typeof count) => {
      count[what] += 1;
      if (count.asked + count.refused === 10) settled.resolve();
    };
    insteadOf(notebook, (heard, response) => {
      if (began(heard, response)) return;
      const { method, error } = heard;
      if (method === undefined) {
        response.writeHead(202).end();
        if (error !== undefined) one("refused");
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const params = { mode: "form", message: "Who?", requestedSchema: { type: "object", properties: {} } };
      for (let id = 0; id < 10; id++) response.write(event({ id, method: "elicitation/create", params }));
    });
    await using connection = await reach({ ...rig, server: serverOf({ url: notebook.url, ...addressed }) });
    const giving = new AbortController();
    const ask = async () => {
      one("asked");
      await new Promise((resolve) => giving.signal.addEventListener("abort", resolve));
    };
    const waiting = connection.call({ ...asked("act"), ask }, giving.signal);
    waiting.catch(() => {});
    await settled.promise;
    expect(count).toEqual({ asked: 4, refused: 6 });
    giving.abort(new Cancelled("caller"));
    await expect(waiting).rejects.toBe(giving.signal.reason);
  },
);

promise("auth.frames", "of a list of tools without end no more is taken than stands in memory well", async () => {
  await using notebook = await HttpNotebook.open();
  await using rig = await rigOf("mcp-notebook", []);
  let pages = 0;
  insteadOf(notebook, (heard, response) => {
    if (began(heard, response)) return;
    pages += 1;
    const tools = [{ name: `tool${pages}`, inputSchema: { type: "object", title: "x".repeat(4 * 2 ** 20) } }];
    answer(response, { id: heard.id, result: { tools, nextCursor: `${pages}` } });
  });
  await using connection = await reach({ ...rig, server: serverOf({ url: notebook.url, ...addressed }) });
  expect(await connection.list("tools", AbortSignal.timeout(60_000))).toHaveLength(4);
  expect(pages).toBe(4);
});
