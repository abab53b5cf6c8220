import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { another, openSession, post, untilCalm } from "./mcp-door.ts";

let daemon: DaemonProcess;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
});

interface Sent {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** With a Host and an Origin of the test's own, which `fetch` would not send. */
async function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Sent> {
  const { port } = new URL(daemon.url);
  const { promise: answered, resolve, reject } = Promise.withResolvers<Sent>();
  httpRequest({ port, host: "127.0.0.1", path, method, headers, agent: false })
    .on("response", async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) });
    })
    .on("error", reject)
    .end(body);
  return await answered;
}

const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "page", version: "1" } },
});

const strangers: [string, (own: string) => Record<string, string>][] = [
  ["a rebound DNS name", () => ({ host: "evil.example" })],
  ["a page of another origin", (own) => ({ host: own, origin: "http://evil.example" })],
  ["a page without an origin of its own", (own) => ({ host: own, origin: "null" })],
];

for (const [who, headersOf] of strangers)
  promise("auth.origin", `${who} gets nothing of MCP, whichever way it asks and whatever it knows`, async () => {
    const { headers: session } = await openSession(daemon);
    const known = { authorization: `Bearer ${daemon.token}`, accept: "application/json, text/event-stream" };
    const headers = { ...known, ...session, ...headersOf(new URL(daemon.url).host) };
    const asked = [
      await send("POST", "/mcp", { ...headers, "content-type": "application/json" }, initialize),
      await send("GET", "/mcp", headers),
      await send("DELETE", "/mcp", headers),
      await send("OPTIONS", "/mcp", headers),
      await send("GET", "/.well-known/oauth-protected-resource/mcp", headers),
    ];
    for (const { status, headers: told, body } of asked) {
      expect(status).toBe(403);
      expect(told).not.toHaveProperty("access-control-allow-origin");
      expect(told).not.toHaveProperty("mcp-session-id");
      expect(body).not.toContain("result");
    }
    const still = await post({ ...daemonDoor(), headers: session }, { id: 1, method: "ping" });
    expect(still.status, "the session is still there").toBe(200);
    await still.text();
  });

function daemonDoor() {
  return { url: daemon.url, token: daemon.token };
}

const bodies: [string, number, string, Record<string, string>?][] = [
  [
    "larger than a frame may be",
    413,
    JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { x: "x".repeat(1 << 20) } }),
  ],
  [
    "nested a hundred thousand deep",
    400,
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  ],
  ["no JSON", 400, "{"],
  ["a batch", 400, `[${initialize},${initialize}]`],
  ["no object", 400, '"ping"'],
  ["a request whose id is an object", 400, '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
  ["packed", 400, initialize, { "content-encoding": "gzip" }],
  ["of another type", 400, initialize, { "content-type": "text/plain" }],
];

for (const [what, status, body, more = {}] of bodies)
  promise("auth.frames", `a body that is ${what} is refused with ${status}, and the daemon goes on`, async () => {
    const headers = {
      authorization: `Bearer ${daemon.token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...more,
    };
    expect((await send("POST", "/mcp", headers, body)).status).toBe(status);
    const { headers: session } = await openSession(daemon);
    expect(session["mcp-session-id"]).toMatch(/^\w+$/);
  });

promise(
  "auth.fail-closed",
  "without a good token nothing of MCP is served, and the refusal says where to read what is one",
  async () => {
    const asked = [
      await send("POST", "/mcp", { "content-type": "application/json" }, initialize),
      await send("POST", "/mcp", { "content-type": "application/json", authorization: "Bearer exai_x_y" }, initialize),
      await send("GET", "/mcp", { accept: "text/event-stream" }),
      await send("DELETE", "/mcp", {}),
    ];
    const at = `${daemon.url}/.well-known/oauth-protected-resource/mcp`;
    for (const { status, headers, body } of asked) {
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toBe(`Bearer resource_metadata="${at}"`);
      expect(body).not.toContain("result");
    }
    const metadata = await fetch(at);
    expect(await metadata.json()).toMatchObject({
      resource: `${daemon.url}/mcp`,
      bearer_methods_supported: ["header"],
    });
  },
);

promise(
  "leak.cross-tenant",
  "a session, and the position in a stream, of one principal are nothing to another",
  async () => {
    const eve = await another(daemonDoor(), "eve");
    const own = await untilCalm(daemonDoor());
    const theirs = await openSession(eve);
    const stolen = await post({ ...eve, headers: own.headers }, { id: 1, method: "tools/list" });
    const made = await post(
      { ...eve, headers: { ...own.headers, "mcp-session-id": "none" } },
      { id: 1, method: "tools/list" },
    );
    expect([stolen.status, await stolen.text()]).toEqual([made.status, await made.text()]);
    expect(stolen.status).toBe(404);
    const call = {
      id: 2,
      method: "tools/call",
      params: { name: "echo", arguments: { text: "a secret of the owner" } },
    };
    const { result } = (await (await post(own, call)).json()) as { result: { structuredContent: { call: string } } };
    const position = Buffer.from(JSON.stringify([2, result.structuredContent.call, 0, null])).toString("base64url");
    const accept = { ...theirs.headers, accept: "text/event-stream", authorization: `Bearer ${eve.token}` };
    const resumed = await send("GET", "/mcp", { ...accept, "last-event-id": `any:${position}` });
    expect(resumed.body).toContain('"error"');
    expect(resumed.body).not.toContain("a secret");
  },
);
