import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { HttpRig, textUntilEnd } from "../../../test/support/http-rig.ts";
import { servedHosts } from "./guard.ts";

const everyKindOfRoute = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/calls", "/api/v1/nothing"];

promise("auth.origin", "a rebound DNS name gets nothing, on any route", async () => {
  await using rig = await HttpRig.open();
  for (const path of everyKindOfRoute)
    for (const host of ["evil.example", `evil.example:${rig.port}`, `127.0.0.1:${rig.port + 1}`, "127.0.0.1"]) {
      const answer = await rig.ask(path, { headers: { host } });
      expect([path, host, answer.status, answer.json?.fault?.code]).toEqual([path, host, 403, "auth.host"]);
    }
});

promise(
  "auth.origin",
  "a page of another origin gets nothing, on any route, not even that it may read it",
  async () => {
    await using rig = await HttpRig.open();
    for (const path of everyKindOfRoute)
      for (const method of ["GET", "POST", "OPTIONS"])
        for (const origin of [
          "https://evil.example",
          "null",
          "https://page.example.evil",
          "https://page.example:8443",
        ]) {
          const { status, headers } = await rig.ask(path, { method, headers: { origin } });
          expect([path, method, origin, status]).toEqual([path, method, origin, 403]);
          expect(headers["access-control-allow-origin"]).toBeUndefined();
        }
    expect(rig.calls.count).toBe(0);
  },
);

promise("auth.origin", "two Hosts or two Origins are refused, also where one of them is allowed", async () => {
  await using rig = await HttpRig.open();
  const own = `127.0.0.1:${rig.port}`;
  const twoHosts = await rig.raw(
    `GET /healthz HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  );
  expect(twoHosts).toMatch(/^HTTP\/1\.1 40[03] /);
  const page = "Origin: https://page.example\r\n";
  const twoOrigins = `GET /healthz HTTP/1.1\r\nHost: ${own}\r\n${page}${page}Connection: close\r\n\r\n`;
  expect(await rig.raw(twoOrigins)).toMatch(/^HTTP\/1\.1 403 /);
});

promise("auth.origin", "an upgrade passes the same guard before anybody else sees it", async () => {
  await using rig = await HttpRig.open();
  let handedOn = 0;
  rig.onUpgrade = (_request, socket) => {
    handedOn += 1;
    socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  };
  const upgrade = (host: string, more = "") =>
    rig.raw(`GET /v1/ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}\r\n`);
  const own = `localhost:${rig.port}`;
  expect(await upgrade("evil.example")).toMatch(/^HTTP\/1\.1 403 .*auth\.host/s);
  expect(await upgrade(own, "Origin: https://evil.example\r\n")).toMatch(/^HTTP\/1\.1 403 .*auth\.origin/s);
  expect(handedOn).toBe(0);
  expect(await upgrade(own)).toMatch(/^HTTP\/1\.1 101 /);
  expect(await upgrade(own, "Origin: https://page.example\r\n")).toMatch(/^HTTP\/1\.1 101 /);
  expect(handedOn).toBe(2);
});

test("an upgraded connection belongs to whoever took it: a stop leaves it open", async () => {
  await using rig = await HttpRig.open();
  const taken = Promise.withResolvers<Duplex>();
  rig.onUpgrade = (_request, socket) => taken.resolve(socket);
  const client = await rig.socket();
  const text = textUntilEnd(client);
  client.write(
    `GET /v1/ws HTTP/1.1\r\nHost: localhost:${rig.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  );
  const socket = await taken.promise;
  await rig.gateway[Symbol.asyncDispose]();
  socket.end("farewell");
  expect(await text).toBe("farewell");
});

test("an upgrade to anything but the socket's path or protocol is no upgrade", async () => {
  await using rig = await HttpRig.open();
  const elsewhere = await rig.raw(
    `GET /other HTTP/1.1\r\nHost: localhost:${rig.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  );
  expect(elsewhere).toMatch(/^HTTP\/1\.1 404 /);
  const socket = await rig.socket();
  const answer = textUntilEnd(socket);
  socket.write(
    `GET /healthz HTTP/1.1\r\nHost: localhost:${rig.port}\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n`,
  );
  expect(await answer).toMatch(/^HTTP\/1\.1 200 .*ok\n$/s);
});

test("a page of an allowed origin may call and read, and may ask before", async () => {
  await using rig = await HttpRig.open();
  const headers = { origin: "https://page.example" };
  const answer = await rig.ask("/api/v1/calls", { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers["access-control-allow-origin"]).toBe("https://page.example");
  const asked = await rig.ask("/api/v1/execute", { method: "OPTIONS", token: undefined, headers });
  expect(asked.status).toBe(204);
  expect(asked.headers["access-control-allow-methods"]).toContain("POST");
  expect(asked.headers["access-control-allow-headers"]).toContain("Authorization");
});

test("loopback names, the bound address and named hosts are served, with exactly their ports", async () => {
  expect(servedHosts({ host: "192.0.2.7", port: 8079 }, ["Exai.Example", "exai.example:8443"])).toEqual(
    new Set(["localhost:8079", "127.0.0.1:8079", "[::1]:8079", "192.0.2.7:8079", "exai.example", "exai.example:8443"]),
  );
  await using rig = await HttpRig.open({ allowedHosts: ["exai.example"] });
  const statusOf = async (host: string) => (await rig.ask("/healthz", { headers: { host } })).status;
  expect(await statusOf("EXAI.example")).toBe(200);
  expect(await statusOf(`LOCALHOST:${rig.port}`)).toBe(200);
  expect(await statusOf(`exai.example:${rig.port}`)).toBe(403);
});

promise("auth.brute", "an upgrade is told where it comes from: the socket, or what a trusted proxy added", async () => {
  for (const [proxy, address] of [
    ["none", "127.0.0.1"],
    ["trusted", "203.0.113.9"],
  ] as const) {
    await using rig = await HttpRig.open({ proxy });
    const told = Promise.withResolvers<string>();
    rig.onUpgrade = (_request, socket, { from }) => {
      told.resolve(from);
      socket.destroy();
    };
    const head = `GET /v1/ws HTTP/1.1\r\nHost: localhost:${rig.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
    await rig.raw(`${head}X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n\r\n`);
    expect(await told.promise).toBe(address);
  }
});

promise(
  "auth.brute",
  "a refusal that names a wait is held back for it, while a good token is served at once",
  async () => {
    await using rig = await HttpRig.open();
    rig.doors.slow("127.0.0.1", 4000);
    let answered = false;
    const guess = rig.ask("/api/v1/tools", { token: "exai_guess_wrong" });
    void guess.then(() => {
      answered = true;
    });
    await expect.poll(() => rig.doors.attempts.length).toBe(1);
    expect((await rig.ask("/api/v1/tools")).status).toBe(200);
    await rig.clock.advance(3999);
    expect((await rig.ask("/api/v1/tools")).status).toBe(200);
    expect(answered).toBe(false);
    await rig.clock.advance(1);
    const refused = await guess;
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "4"]);
  },
);
