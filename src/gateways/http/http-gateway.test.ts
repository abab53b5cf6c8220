import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { promise } from "../../../test/promise.ts";
import { HttpRig, sentEvents } from "../../../test/support/http-rig.ts";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";
import { apiRoutes } from "./api-routes.ts";
import { HttpGateway } from "./http-gateway.ts";

const open = new Set([
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
]);

promise(
  "auth.fail-closed",
  "no route but the probes' words and the document answers without a good token",
  async () => {
    await using rig = await HttpRig.open();
    const document = (await rig.ask("/openapi.json", { token: undefined })).json ?? {};
    const places = Object.entries(document["paths"] as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((verb) => ({ path: path.replaceAll(/[{}]/g, ""), method: verb.toUpperCase() })),
    );
    expect(places.length).toBeGreaterThan(20);
    for (const { path, method } of places.filter((place) => !open.has(place.path)))
      for (const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer exai_mallory_secret",
        "Basic YWRhOnNlY3JldA==",
        "exai_ada_secret",
      ]) {
        const headers = authorization === undefined ? {} : { authorization };
        const { status, headers: told } = await rig.ask(path, { method, token: undefined, headers });
        expect([method, path, authorization, status]).toEqual([method, path, authorization, 401]);
        expect(told["www-authenticate"]).toMatch(path === "/mcp" ? /^Bearer resource_metadata="http/ : /^Bearer$/);
      }
    expect(rig.calls.count).toBe(0);
  },
);

promise("auth.fail-closed", "a token in the address counts for nothing", async () => {
  await using rig = await HttpRig.open();
  const { status } = await rig.ask("/api/v1/calls?token=exai_ada_secret&access_token=exai_ada_secret", {
    token: undefined,
  });
  expect(status).toBe(401);
});

promise("auth.expiry", "a token that ends takes its streams and waits with it, and nobody else's", async () => {
  await using rig = await HttpRig.open();
  const mine = rig.calls.start("ada", { tool: "echo", input: {} }).call;
  const theirs = rig.calls.start("bob", { tool: "echo", input: {} }).call;
  const stream = await rig.begin(`/api/v1/calls/${mine}/events`);
  const other = sentEvents(await rig.begin(`/api/v1/calls/${theirs}/events`, { token: "exai_bob_secret" }));
  const waiting = Promise.withResolvers<void>();
  rig.calls.onWait = waiting.resolve;
  const wait = rig.ask(`/api/v1/calls/${mine}/wait`);
  await waiting.promise;
  stream.resume().on("error", () => {});
  rig.doors.revoke("token-ada" as TokenId);
  await vi.waitFor(() => expect(stream.destroyed).toBe(true), { timeout: 60_000 });
  const refused = await wait;
  expect([refused.status, refused.json?.fault?.code]).toEqual([401, "auth.revoked"]);
  expect((await other.next()).value).toMatchObject({ id: "e1:1" });
  rig.calls.emit(theirs, "call.progress", { message: "goes on" });
  expect((await other.next()).value).toMatchObject({ id: "e1:2" });
  await other.return();
});

promise("say.faults", "what is refused carries its code, a sentence, the retry and the client's trace", async () => {
  await using rig = await HttpRig.open();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const body = JSON.stringify({ tool: "busy", arguments: {} });
  const answer = await rig.ask("/api/v1/execute", { body, headers: { traceparent } });
  expect(answer.status).toBe(429);
  expect(answer.headers["retry-after"]).toBe("3");
  expect(answer.json).toEqual({
    fault: {
      code: "admission.queue-full",
      message: "Cannot start a call: the queue is full",
      facts: {},
      retry: { safe: true, afterMs: 2500 },
      trace: "4bf92f3577b34da6a3ce929d0e0e4736",
    },
  });
  expect(rig.faults).toEqual(["admission.queue-full"]);
});

promise(
  "say.faults",
  "a bug is told to the log with its stack, and to the client as internal under the same trace",
  async () => {
    await using rig = await HttpRig.open();
    const answer = await rig.ask("/api/v1/status");
    expect(answer.status).toBe(500);
    expect(answer.json?.fault).toMatchObject({ code: "internal", facts: {}, retry: { safe: false } });
    expect(answer.text).not.toContain("/secret/place");
    expect(rig.bugs).toEqual([{ error: expect.any(TypeError), trace: answer.json?.fault?.trace }]);
  },
);

promise(
  "leak.cross-tenant",
  "another principal's call is as unknown as none, in every word of the answer",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("bob", { tool: "echo", input: {} });
    await using _output = await rig.outputs.open({ call, principal: "bob" as PrincipalId, overflow: "drop_oldest" });
    for (const rest of ["", "/events", "/output", "/wait"]) {
      const foreign = await rig.ask(`/api/v1/calls/${call}${rest}`);
      const none = await rig.ask(`/api/v1/calls/call-9${rest}`);
      expect([rest, foreign.status, foreign.json?.fault?.code]).toEqual([rest, 404, "call.unknown"]);
      expect({ ...foreign.json?.fault, trace: "", message: "" }).toEqual({
        ...none.json?.fault,
        trace: "",
        message: "",
      });
      expect(foreign.json?.fault?.message.replace(call, "")).toBe(none.json?.fault?.message.replace("call-9", ""));
    }
  },
);

promise("auth.frames", "a body that is no object is refused, however long, and its answer is short", async () => {
  await using rig = await HttpRig.open();
  for (const body of [`"${"x".repeat(1_000_000)}"`, "[1]", "null", "17", "true"])
    for (const path of ["/api/v1/tokens", "/api/v1/execute"]) {
      const refused = await rig.ask(path, { body });
      expect([refused.status, refused.json?.fault?.code]).toEqual([400, "input.invalid"]);
      expect(refused.bytes.length).toBeLessThan(4096);
      expect(refused.json?.fault?.message).toContain("expected one JSON object");
    }
});

promise("say.health", "without a token only the word is told, with one the detail", async () => {
  await using rig = await HttpRig.open();
  const word = await rig.ask("/readyz", { token: undefined });
  expect([word.status, word.text]).toEqual([200, "ready\n"]);
  const detail = await rig.ask("/readyz");
  expect(detail.json).toEqual({ status: "ready", detail: { store: "ok" } });
  rig.readiness.failing = ["store"];
  rig.readiness.detail = { store: "gone, at /home/ada" };
  const down = await rig.ask("/readyz", { token: undefined });
  expect([down.status, down.text]).toEqual([503, "not ready: store\n"]);
  expect((await rig.ask("/readyz")).json).toEqual({ status: "not ready", detail: { store: "gone, at /home/ada" } });
  expect((await rig.ask("/readyz", { token: "exai_mallory_secret" })).status).toBe(401);
  expect((await rig.ask("/healthz", { token: undefined })).text).toBe("ok\n");
});

promise(
  "say.metrics",
  "metrics are shown to the scopes observe and admin, to nobody else, not even an owner's narrow token",
  async () => {
    await using rig = await HttpRig.open();
    expect((await rig.ask("/metrics", { token: "exai_eve_secret" })).text).toBe("exai_up 1\n");
    rig.doors.add("adm", { role: "operator", scopes: new Set(["admin"]) });
    expect((await rig.ask("/metrics", { token: "exai_adm_secret" })).status).toBe(200);
    for (const token of ["exai_ada_secret", "exai_own_secret"]) {
      const refused = await rig.ask("/metrics", { token });
      expect([refused.status, refused.json?.fault?.code]).toEqual([403, "auth.scope"]);
    }
    expect((await rig.ask("/metrics", { token: undefined })).status).toBe(401);
  },
);

test("a path answers the verbs it has, HEAD without a body, and names them to all others", async () => {
  await using rig = await HttpRig.open();
  const wrong = await rig.ask("/api/v1/execute", { method: "DELETE" });
  expect([wrong.status, wrong.headers.allow, wrong.json?.fault?.code]).toEqual([
    405,
    "POST, OPTIONS",
    "method.unknown",
  ]);
  const asked = await rig.ask("/api/v1/tokens", { method: "OPTIONS", token: undefined });
  expect([asked.status, asked.headers.allow]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
  const head = await rig.ask("/api/v1/calls", { method: "HEAD" });
  expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", "12"]);
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const stream = await rig.ask(`/api/v1/calls/${call}/events`, { method: "HEAD" });
  expect([stream.status, stream.text]).toEqual([200, ""]);
  expect((await rig.ask("/api/v2/calls")).status).toBe(404);
  expect((await rig.ask("/api/v1/calls/%ff")).status).toBe(404);
});

test("every answer says that it is neither to be sniffed nor kept", async () => {
  await using rig = await HttpRig.open();
  for (const path of ["/healthz", "/api/v1/calls", "/nothing", "/api/v1/calls/x"]) {
    const { headers } = await rig.ask(path);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  }
});

test("a list is narrowed by its query, whose numbers are numbers", async () => {
  await using rig = await HttpRig.open();
  for (const tool of ["echo", "chat", "echo"]) rig.calls.start("ada", { tool, input: {} });
  const calls = async (query: string) => (await rig.ask(`/api/v1/calls${query}`)).json?.["calls"];
  expect(await calls("")).toHaveLength(3);
  expect(await calls("?tool=echo&limit=1")).toHaveLength(1);
  expect(await calls("?tool=echo&phase=accepted")).toHaveLength(2);
  for (const query of ["?limit=many", "?limit=0", "?limit=1&limit=2", "?colour=red", "?phase=odd"]) {
    const refused = await rig.ask(`/api/v1/calls${query}`);
    expect([query, refused.status, refused.json?.fault?.code]).toEqual([query, 400, "input.invalid"]);
  }
});

test("where the doors are told a request comes from: the socket, or what a trusted proxy added", async () => {
  await using direct = await HttpRig.open();
  const headers = { "x-forwarded-for": "198.51.100.1, 203.0.113.9", "user-agent": "curl/8.5.0 (x)" };
  await direct.ask("/api/v1/calls", { headers });
  expect(direct.doors.attempts).toEqual([{ token: "exai_ada_secret", address: "127.0.0.1", client: "curl" }]);
  await using behind = await HttpRig.open({ proxy: "trusted" });
  await behind.ask("/api/v1/calls", { headers });
  expect(behind.doors.attempts[0]?.address).toBe("203.0.113.9");
});

promise(
  "lost.sigterm",
  "a stop gives waiting requests their call's handle, ends streams and closes every socket",
  async () => {
    await using rig = await HttpRig.open();
    const waiting = Promise.withResolvers<void>();
    rig.calls.onWait = waiting.resolve;
    const body = JSON.stringify({ tool: "echo" });
    const execute = rig.ask("/api/v1/execute", { body });
    await waiting.promise;
    const stream = sentEvents(await rig.begin(`/api/v1/calls/${rig.calls.last}/events`));
    expect((await stream.next()).value).toMatchObject({ id: "e1:1" });
    const idle = await rig.socket();
    const idleClosed = once(idle.resume(), "close");
    await rig.gateway[Symbol.asyncDispose]();
    const answer = await execute;
    expect([answer.status, answer.headers.location]).toEqual([202, `/api/v1/calls/${rig.calls.last}`]);
    expect((await stream.next()).done).toBe(true);
    await idleClosed;
    expect(rig.gateway.connections).toBe(0);
    await expect(rig.begin("/healthz")).rejects.toThrow("ECONNREFUSED");
  },
);

promise("say.config", "a port that is taken stops the start and names the setting", async () => {
  await using rig = await HttpRig.open();
  await using second = await HttpRig.make({ port: rig.port });
  expect(second.gateway).toBeInstanceOf(HttpGateway);
  const refused = await second.gateway.listen().catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "config.invalid",
    facts: { setting: "EXAI_WS_PORT", port: rig.port },
  });
});

test("no two routes claim the same place", async () => {
  await using rig = await HttpRig.open();
  const places = apiRoutes(rig.parts).map(({ verb, path }) => `${verb} ${path}`);
  expect(places).toEqual([...new Set(places)]);
});
