import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { expect, test, vi } from "vitest";
import { promise } from "../../../test/promise.ts";
import { HttpRig, sentEvents } from "../../../test/support/http-rig.ts";

promise("auth.frames", "what is no HTTP is told so and closed, and the next client is served", async () => {
  await using rig = await HttpRig.open();
  for (const garbage of ["\x16\x03\x01\x02\x00\x01", "GET / HTTP/9.9\r\n\r\n", "\r\n\0\0\0\r\n\r\n"]) {
    expect(await rig.raw(garbage)).toMatch(/^HTTP\/1\.1 400 .*"code":"input\.invalid"/s);
    expect((await rig.ask("/healthz")).status).toBe(200);
  }
});

test("who speaks TLS to a port without it is told so", async () => {
  await using rig = await HttpRig.open();
  expect(await rig.raw("\x16\x03\x01\x02\x00\x01")).toContain("it is TLS, expected http:// in the address");
});

promise("auth.frames", "a header beyond its limit is refused as such", async () => {
  await using rig = await HttpRig.open();
  const answer = await rig.raw(`GET / HTTP/1.1\r\nHost: localhost:${rig.port}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"input\.invalid"/s);
});

promise("auth.frames", "a header that comes too slowly is refused as such and closed", async () => {
  await using rig = await HttpRig.open({ headersMs: 100, requestMs: 100 });
  expect(await rig.raw("GET / HTTP/1.1\r\nHost: loc")).toMatch(/^HTTP\/1\.1 408 .*"code":"input\.invalid"/s);
});

promise("auth.frames", "a body that stops coming does not hold its connection", async () => {
  await using rig = await HttpRig.open({ headersMs: 100, requestMs: 100 });
  const head = `POST /api/v1/execute HTTP/1.1\r\nHost: localhost:${rig.port}\r\nContent-Length: 100\r\n`;
  await rig.raw(`${head}Authorization: Bearer exai_ada_secret\r\n\r\n{"tool"`);
  expect(rig.calls.count).toBe(0);
});

promise("auth.frames", "a connection that never sends a byte is closed after 5 s, one that asked is not", async () => {
  await using rig = await HttpRig.open({ headersMs: 60_000, requestMs: 60_000 });
  const silent = await rig.socket();
  silent.resume();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const stream = await rig.begin(`/api/v1/calls/${call}/events`);
  await rig.clock.advance(5000);
  await vi.waitFor(() => expect(silent.closed).toBe(true), { timeout: 60_000 });
  expect(stream.destroyed).toBe(false);
  stream.destroy();
});

promise("auth.frames", "at the limit the eldest connection that showed no credential makes room", async () => {
  await using rig = await HttpRig.open({ maxConnections: 2, headersMs: 60_000, requestMs: 60_000 });
  const [eldest, younger] = [await rig.socket(), await rig.socket()];
  eldest.resume();
  const served = await rig.ask("/api/v1/tools").then(
    ({ status }) => status,
    () => "turned away",
  );
  expect([served, younger.closed]).toEqual([200, false]);
  await vi.waitFor(() => expect(eldest.closed).toBe(true), { timeout: 60_000 });
  younger.destroy();
});

promise(
  "auth.frames",
  "connections beyond the limit are turned away where all are known, and those go on",
  async () => {
    await using rig = await HttpRig.open({ maxConnections: 1, headersMs: 60_000, requestMs: 60_000 });
    const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
    const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/events`));
    const late = await rig.socket();
    late.resume();
    await vi.waitFor(() => expect(late.closed).toBe(true), { timeout: 60_000 });
    rig.calls.end(call);
    const names: unknown[] = [];
    for await (const { event } of stream) names.push(event);
    expect(names).toContain("end");
  },
);

promise("auth.frames", "who shows no good credential gets one request out of a connection", async () => {
  await using rig = await HttpRig.open();
  const strangers = {
    "/healthz": undefined,
    "/readyz": undefined,
    "/nothing": undefined,
    "/api/v1/tools": "exai_no_one",
  };
  for (const [path, token] of Object.entries(strangers)) {
    const { headers } = await rig.ask(path, { token, headers: { connection: "keep-alive" } });
    expect([path, headers.connection]).toEqual([path, "close"]);
  }
  const known = await rig.ask("/api/v1/tools", { headers: { connection: "keep-alive" } });
  expect(known.headers.connection).toBe("keep-alive");
});

test("upgraded connections take no place from the others", async () => {
  await using rig = await HttpRig.open({ maxConnections: 1 });
  const taken = Promise.withResolvers<Duplex>();
  rig.onUpgrade = (_request, socket) => taken.resolve(socket);
  const upgraded = await rig.socket();
  upgraded.write(
    `GET /v1/ws HTTP/1.1\r\nHost: localhost:${rig.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  );
  const socket = await taken.promise;
  expect((await rig.ask("/healthz")).status).toBe(200);
  socket.destroy();
  upgraded.destroy();
});

promise(
  "auth.frames",
  "a body beyond the limit is 413, whether it says its length or not, and is never held",
  async () => {
    await using rig = await HttpRig.open({ maxBodyBytes: 1000 });
    const body = JSON.stringify({ tool: "echo", arguments: { text: "x".repeat(200_000) } });
    for (const headers of [{}, { "transfer-encoding": "chunked" }] as Record<string, string>[]) {
      const answer = await rig.ask("/api/v1/execute", { body, headers: { prefer: "wait=0", ...headers } });
      expect([answer.status, answer.json?.fault?.code]).toEqual([413, "input.too-large"]);
    }
    expect(rig.calls.count).toBe(0);
  },
);

promise("auth.frames", "malformed bodies are told what is wrong with them, and start nothing", async () => {
  await using rig = await HttpRig.open();
  const bodies: [body: string | Buffer, headers?: Record<string, string>][] = [
    ["{"],
    ["[1]"],
    ["null"],
    ['"text"'],
    [`${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    [`{"tool":"echo","arguments":${'{"a":'.repeat(64)}1${"}".repeat(64)}}`],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['{"tool":"echo","arguments":{},"surprise":1}'],
    ['{"tool":""}'],
    ["{}", { "content-type": "text/plain" }],
    ["{}", { "content-encoding": "gzip" }],
  ];
  for (const [body, headers = {}] of bodies) {
    const answer = await rig.ask("/api/v1/execute", { body, headers: { prefer: "wait=0", ...headers } });
    expect([body.toString().slice(0, 40), answer.status, answer.json?.fault?.code]).toEqual([
      body.toString().slice(0, 40),
      400,
      "input.invalid",
    ]);
  }
  expect(rig.calls.count).toBe(0);
  expect(rig.bugs).toEqual([]);
});

test("with a certificate the same gateway speaks TLS", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exai-tls-"));
  try {
    const files = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    execFileSync("openssl", [...kind, "-keyout", files.key, "-out", files.cert, ...names], { stdio: "ignore" });
    const cert = readFileSync(files.cert, "utf8");
    await using rig = await HttpRig.open({ tls: { cert, key: readFileSync(files.key, "utf8") } });
    const asked = request({ port: rig.port, host: "localhost", path: "/healthz", ca: cert, agent: false }).end();
    const [response] = await once(asked, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
    await once(response, "close");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
