import { expect, test, vi } from "vitest";
import { promise } from "../../../test/promise.ts";
import { type Asking, HttpRig } from "../../../test/support/http-rig.ts";
import type { CallId } from "../../protocol/ids.ts";

const echo = { tool: "echo", arguments: { text: "hello" } };

/** Sends an execute and comes back when the gateway waits for its call. */
async function begun(rig: HttpRig, asking: Asking = {}) {
  const waiting = Promise.withResolvers<void>();
  rig.calls.onWait = waiting.resolve;
  const answer = rig.ask("/api/v1/execute", { body: JSON.stringify(echo), ...asking });
  await waiting.promise;
  return { call: rig.calls.last, answer };
}

test("a call that ends while it is waited for is 200, also where it failed", async () => {
  await using rig = await HttpRig.open();
  for (const phase of ["succeeded", "failed"] as const) {
    const { call, answer } = await begun(rig);
    rig.calls.end(call, phase);
    const { status, headers, json } = await answer;
    expect([status, headers.location]).toEqual([200, `/api/v1/calls/${call}`]);
    expect(json).toMatchObject({ call, tool: "echo", phase, usage: { modelCalls: 0 } });
  }
});

test("all that a start can say arrives as it was said; its input is called arguments", async () => {
  await using rig = await HttpRig.open();
  const more = { key: "k1", deadlineMs: 5000, budget: { modelCalls: 2 }, thread: "t1", detached: true, cwd: "/work" };
  await rig.ask("/api/v1/execute", { body: JSON.stringify({ ...echo, ...more }) });
  expect(rig.calls.requestOf(rig.calls.last)).toEqual({ tool: "echo", input: { text: "hello" }, ...more });
});

test("after 25 s the caller gets the call's handle and how it stands", async () => {
  await using rig = await HttpRig.open();
  const { call, answer } = await begun(rig);
  await rig.clock.advance(25_000);
  const { status, headers, json } = await answer;
  expect([status, headers.location]).toEqual([202, `/api/v1/calls/${call}`]);
  expect(json).toMatchObject({ call, phase: "accepted" });
});

test("Prefer says how long to wait, up to ten minutes", async () => {
  await using rig = await HttpRig.open();
  const cases: [prefer: string, waitMs: number][] = [
    ["wait=3", 3000],
    ["return=minimal, wait=2", 2000],
    ["wait=999999", 600_000],
    ["wait=soon", 25_000],
  ];
  for (const [prefer, waitMs] of cases) {
    const { answer } = await begun(rig, { headers: { prefer } });
    const startedMs = rig.clock.monotonicMs();
    await rig.clock.advance(waitMs - 1);
    expect(rig.calls.listeners, prefer).toBe(1);
    await rig.clock.advance(1);
    const { status, headers } = await answer;
    const taken = prefer === "wait=soon" ? undefined : `wait=${waitMs / 1000}`;
    expect([status, headers["preference-applied"]]).toEqual([202, taken]);
    expect(rig.clock.monotonicMs() - startedMs).toBe(waitMs);
  }
});

test("a call that is started and left is answered at once with its handle", async () => {
  await using rig = await HttpRig.open();
  rig.maxStreams = 0;
  const plain = JSON.stringify(echo);
  const cases: [body: string, prefer: Record<string, string>, applied: string | undefined][] = [
    [plain, { prefer: "wait=0" }, "wait=0"],
    [plain, { prefer: "respond-async" }, "respond-async"],
    [JSON.stringify({ ...echo, detached: true }), {}, undefined],
  ];
  for (const [body, headers, applied] of cases) {
    const answer = await rig.ask("/api/v1/execute", { body, headers });
    expect([answer.status, answer.headers["preference-applied"]]).toEqual([202, applied]);
    expect(answer.headers.location).toBe(`/api/v1/calls/${rig.calls.last}`);
    expect(answer.json).toEqual(rig.calls.viewOf(rig.calls.last));
  }
});

test("a detached call is waited for by who says so, and told as it is where it has ended already", async () => {
  await using rig = await HttpRig.open();
  const body = JSON.stringify({ ...echo, detached: true });
  const { call, answer } = await begun(rig, { body, headers: { prefer: "wait=5" } });
  rig.calls.end(call);
  expect((await answer).status).toBe(200);
  rig.calls.onStart = (started) => rig.calls.end(started);
  const ended = await rig.ask("/api/v1/execute", { body });
  expect([ended.status, ended.json?.["phase"]]).toEqual([200, "succeeded"]);
});

test("what stands elsewhere than where it is taken is refused with its place, and starts nothing", async () => {
  await using rig = await HttpRig.open();
  const cases: [path: string, body: object, told: RegExp][] = [
    ["/api/v1/execute?wait=0", echo, /wait stands in it, expected .*Prefer: wait=SECONDS/],
    ["/api/v1/execute", { tool: "echo", input: {} }, /no field input, expected arguments$/],
    ["/api/v1/calls/call-1/control?action=cancel", {}, /action stands in it, expected none/],
  ];
  for (const [path, asked, told] of cases) {
    const { status, json } = await rig.ask(path, { body: JSON.stringify(asked) });
    expect([path, status, json?.fault?.code]).toEqual([path, 400, "input.invalid"]);
    expect(json?.fault?.message).toMatch(told);
  }
  expect(rig.calls.count).toBe(0);
});

test("Idempotency-Key is the key, quoted or bare; two that differ are refused", async () => {
  await using rig = await HttpRig.open();
  for (const header of ["k-7", '"k-7"']) {
    const asking = { body: JSON.stringify(echo), headers: { "idempotency-key": header, prefer: "wait=0" } };
    await rig.ask("/api/v1/execute", asking);
    expect(rig.calls.requestOf(rig.calls.last).key).toBe("k-7");
  }
  const body = JSON.stringify({ ...echo, key: "other" });
  const refused = await rig.ask("/api/v1/execute", { body, headers: { "idempotency-key": "k-7" } });
  expect([refused.status, refused.json?.fault?.code]).toEqual([400, "input.invalid"]);
  const tooLong = { body: JSON.stringify(echo), headers: { "idempotency-key": "k".repeat(201) } };
  expect((await rig.ask("/api/v1/execute", tooLong)).status).toBe(400);
  expect(rig.calls.count).toBe(2);
});

promise(
  "proc.disconnect",
  "a client that goes while it waits has left its call after the grace time, not before",
  async () => {
    await using rig = await HttpRig.open();
    const waiting = Promise.withResolvers<void>();
    rig.calls.onWait = waiting.resolve;
    const asked = rig.send("/api/v1/execute", { body: JSON.stringify(echo) });
    await waiting.promise;
    asked.destroy();
    await vi.waitFor(() => expect(rig.calls.listeners).toBe(0), { timeout: 60_000 });
    await rig.clock.advance(59_999);
    expect(rig.calls.left).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.calls.left).toEqual([rig.calls.last]);
  },
);

promise("proc.disconnect", "a call whose handle was given out, or that has ended, is missed by nobody", async () => {
  await using rig = await HttpRig.open();
  const late = await begun(rig);
  await rig.clock.advance(25_000);
  expect((await late.answer).status).toBe(202);
  const ended = await begun(rig);
  rig.calls.end(ended.call);
  expect((await ended.answer).status).toBe(200);
  const body = JSON.stringify({ ...echo, detached: true });
  await rig.ask("/api/v1/execute", { body });
  await rig.ask("/api/v1/execute", { body: JSON.stringify(echo), headers: { prefer: "wait=0" } });
  await rig.clock.advance(600_000);
  expect(rig.calls.left).toEqual([]);
});

promise("say.trace", "the client's trace goes on into its call; a request without one begins one", async () => {
  await using rig = await HttpRig.open();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const headers = { prefer: "wait=0" };
  const body = JSON.stringify(echo);
  await rig.ask("/api/v1/execute", { body, headers: { ...headers, traceparent } });
  await rig.ask("/api/v1/execute", { body, headers });
  await rig.ask("/api/v1/execute", { body, headers: { ...headers, traceparent: "nonsense" } });
  const [first, second, third] = rig.calls.traceparents;
  expect(first).toBe(traceparent);
  for (const made of [second, third]) expect(made).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
});

test("a control tool's answer is the whole answer", async () => {
  await using rig = await HttpRig.open();
  const view = {
    ...rig.calls.start("ada", { tool: "version", input: {} }),
    call: "control-1" as CallId,
    phase: "succeeded",
  };
  rig.calls.immediate = view as typeof rig.calls.immediate;
  const answer = await rig.ask("/api/v1/execute", { body: JSON.stringify({ tool: "version" }) });
  expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
  expect(answer.json).toEqual(view);
});

promise(
  "share.sessions",
  "a request that waits is one of its principal's connections; one too many starts nothing",
  async () => {
    await using rig = await HttpRig.open();
    rig.maxStreams = 1;
    const waiting = Promise.withResolvers<void>();
    rig.calls.onWait = waiting.resolve;
    const body = JSON.stringify({ tool: "echo" });
    const first = rig.ask("/api/v1/execute", { body });
    await waiting.promise;
    const wait = `/api/v1/calls/${rig.calls.last}/wait`;
    for (const refused of [await rig.ask("/api/v1/execute", { body }), await rig.ask(wait)])
      expect([refused.status, refused.json?.fault?.code]).toEqual([429, "session.limit"]);
    expect(rig.calls.count).toBe(1);
    expect((await rig.ask("/api/v1/execute", { body, headers: { prefer: "wait=0" } })).status).toBe(202);
    rig.calls.end("call-1" as CallId);
    expect((await first).status).toBe(200);
    expect((await rig.ask(wait)).status).toBe(200);
  },
);
