import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { CLOSE, readCloseReason } from "../../protocol/close-codes.ts";
import { isFlooding, noStrikes, strike } from "./flood.ts";

const open = (params: object) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "session.open", params });
const client = { name: "raw", version: "1" };

/** What a stranger sends first, and how that ends. */
const firstFrames: [string, (raw: RawClient) => void][] = [
  ["text that is no JSON", (raw) => raw.text("hello")],
  ["a batch", (raw) => raw.text(`[${open({ client })}]`)],
  ["JSON deeper than 64", (raw) => raw.text(`{"params":${"[".repeat(65)}${"]".repeat(65)}}`)],
  ["another method", (raw) => raw.send("call.list", {})],
  ["a binary frame", (raw) => raw.frame({ type: "ack", stream: 1, offset: 0 })],
  ["more than 16 KiB", (raw) => raw.text(open({ client, token: "x".repeat(17_000) }))],
  ["half a frame of 100 KiB", (raw) => raw.webSocket.send("x".repeat(100_000), { fin: false })],
  ["parameters that do not fit", (raw) => raw.text(open({ token: 7, client }))],
];

for (const [what, send] of firstFrames)
  promise("auth.frames", `a stranger who begins with ${what} is closed with 4500`, async () => {
    await using rig = await SocketRig.open();
    using raw = await RawClient.connected(rig.url);
    send(raw);
    expect((await raw.end()).closed).toBe(CLOSE.badFrame);
    await expect.poll(() => rig.gateway.connections).toBe(0);
  });

promise("auth.frames", "a stranger who says nothing for 5 s is closed with 4004", async () => {
  await using rig = await SocketRig.open();
  using raw = await RawClient.connected(rig.url);
  await rig.clock.advance(4900);
  expect(raw.closed).toBeUndefined();
  await rig.clock.advance(200);
  const { client: other } = await RawClient.open(rig.url, { token: await rig.token("ada") });
  using _other = other;
  await other.verdict();
  expect(raw.closed?.closed).toBe(CLOSE.slowToOpen);
});

test("a frame before the answer to session.open is closed with 4500: nothing is served to who is not known yet", async () => {
  await using rig = await SocketRig.open();
  using raw = await RawClient.connected(rig.url);
  raw.text(open({ token: await rig.token("ada"), client }));
  raw.send("call.start", { tool: "echo", input: { text: "early" } });
  expect((await raw.end()).closed).toBe(CLOSE.badFrame);
});

/** What a known client sends, and the code that ends it. */
const badFrames: [string, number, (raw: RawClient) => void][] = [
  ["text that is no JSON", CLOSE.badFrame, (raw) => raw.text("{")],
  ["a batch", CLOSE.badFrame, (raw) => raw.text('[{"jsonrpc":"2.0","id":1,"method":"ping"}]')],
  [
    "JSON deeper than 64",
    CLOSE.badFrame,
    (raw) => raw.send("ping", JSON.parse(`{"x":${"[".repeat(64)}${"]".repeat(64)}}`)),
  ],
  ["a long run of brackets", CLOSE.badFrame, (raw) => raw.text("[".repeat(60_000))],
  ["a number for a frame", CLOSE.badFrame, (raw) => raw.text("17")],
  ["a notification that is none", CLOSE.badFrame, (raw) => raw.notify("call.start", { tool: "echo" })],
  ["binary junk", CLOSE.badFrame, (raw) => raw.webSocket.send(new Uint8Array([1, 2, 3]))],
  ["a frame only servers send", CLOSE.badFrame, (raw) => raw.frame({ type: "hole", stream: 1, offset: 0, to: 9 })],
  ["an ack of a stream it never had", CLOSE.badFrame, (raw) => raw.frame({ type: "ack", stream: 9, offset: 1 })],
  ["a frame above the limit", CLOSE.tooBig, (raw) => raw.text(`"${"x".repeat(70_000)}"`)],
  ["many small fragments", 1008, (raw) => sendFragments(raw, 100)],
];

function sendFragments(raw: RawClient, count: number): void {
  for (let index = 0; index < count; index++) raw.webSocket.send("x", { fin: false });
}

for (const [what, code, send] of badFrames)
  promise("auth.frames", `${what} ends its own connection with ${code} and nobody else's`, async () => {
    await using rig = await SocketRig.open({ maxFrameBytes: 65_536 });
    const token = await rig.token("ada");
    const [bad, good] = [await RawClient.open(rig.url, { token }), await RawClient.open(rig.url, { token })];
    using _bad = bad.client;
    using _good = good.client;
    send(bad.client);
    expect(await bad.client.verdict()).toBe(code);
    expect((await good.client.request("ping", {})).result).toBeDefined();
    expect(rig.bugs).toEqual([]);
  });

promise("auth.frames", "a request just below the limit and the depth is served", async () => {
  await using rig = await SocketRig.open({ maxFrameBytes: 65_536 });
  const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
  using _raw = raw;
  const deep = JSON.parse("[".repeat(60) + "]".repeat(60));
  const { error } = await raw.request("call.start", { tool: "nothing", input: { deep, long: "x".repeat(65_000) } });
  expect(error?.data.code).toBe("tool.unknown");
});

promise(
  "auth.frames",
  "over the rate a request is refused with a time to wait; who goes on flooding is closed with 4005",
  async () => {
    await using rig = await SocketRig.open({ requestsPerSecond: 10 });
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    let refused = 0;
    for (let round = 0; raw.closed === undefined; round++) {
      expect(round).toBeLessThan(20);
      const answers = await Promise.allSettled(Array.from({ length: 100 }, () => raw.request("ping", {})));
      for (const answer of answers) {
        if (answer.status === "rejected" || answer.value.error === undefined) continue;
        expect(answer.value.error.data).toMatchObject({ code: "admission.rate", retry: { safe: true } });
        refused += 1;
      }
    }
    const { closed, reason } = await raw.end();
    expect(closed).toBe(CLOSE.limit);
    expect(readCloseReason(reason)?.retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(refused).toBeGreaterThan(900);
  },
);

test("refusals now and then are forgiven", () => {
  let strikes = noStrikes;
  for (let second = 0; second < 1000; second++)
    for (let each = 0; each < 50; each++) strikes = strike(strikes, second * 1000);
  expect(isFlooding(strikes)).toBe(false);
});

promise("auth.frames", "a client that floods with requests is read only as fast as it is served", async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  await using rig = await SocketRig.open({
    wrapOperations: (operations) => ({
      ...operations,
      "call.get": async (request, params) => {
        asked += 1;
        await gate.promise;
        return await operations["call.get"](request, params);
      },
    }),
  });
  const token = await rig.token("ada");
  const { client: raw } = await RawClient.open(rig.url, { token });
  const { client: other } = await RawClient.open(rig.url, { token });
  using _raw = raw;
  using _other = other;
  const padding = " ".repeat(2000);
  for (let id = 1; id <= 20_000; id++)
    raw.text(`{"jsonrpc":"2.0","id":${id},"method":"call.get","params":{"call":"x"}}${padding}`);
  // The limit, and what one chunk from the socket may hold beyond it.
  await expect.poll(() => asked).toBeGreaterThanOrEqual(256);
  await other.verdict();
  expect([...rig.sockets][0]?.isPaused()).toBe(true);
  expect(asked).toBeLessThan(256 + 65_536 / 2000 + 1);
  gate.resolve();
  await expect.poll(() => asked).toBe(20_000);
});

promise(
  ["auth.frames", "proc.control"],
  "a command that does not read its input is cancelled, however much of it waits; at most 256 pieces do",
  async () => {
    const gate = Promise.withResolvers<void>();
    await using rig = await SocketRig.open({
      wrapOperations: (operations) => ({
        ...operations,
        "call.input": async () => {
          await gate.promise;
          return {};
        },
      }),
    });
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    const { result } = await raw.request("call.start", { tool: "echo", input: { text: "hi", delayMs: 60_000 } });
    const call = result?.["call"];
    const inputs = Array.from({ length: 300 }, () => raw.send("call.input", { call, data: "unread" }));
    const cancel = raw.send("call.control", { call, action: "cancel" });
    await expect
      .poll(() => raw.arrivals.find((arrival) => "id" in arrival && arrival.id === cancel))
      .toMatchObject({ result: { call } });
    const refused = raw.arrivals.filter((arrival) => "error" in arrival);
    expect(refused).toHaveLength(300 - 256);
    expect(refused[0]).toMatchObject({ error: { data: { code: "process.input-full", retry: { safe: true } } } });
    gate.resolve();
    await raw.until((arrival) => "id" in arrival && arrival.id === inputs[255]);
  },
);

promise("auth.frames", "a client that asks and never reads an answer costs no more than the limits", async () => {
  await using rig = await SocketRig.open();
  const token = await rig.token("ada");
  const { client: raw } = await RawClient.open(rig.url, { token });
  const { client: other } = await RawClient.open(rig.url, { token });
  using _raw = raw;
  using _other = other;
  raw.webSocket.pause();
  const [server] = rig.sockets;
  const id = "x".repeat(60);
  const frame = `{"jsonrpc":"2.0","id":"${id}","method":"call.get","params":{"call":"${"y".repeat(60)}"}}`;
  for (let index = 0; index < 100_000; index++) raw.text(frame);
  for (let turn = 0; turn < 50 && server?.isPaused() !== true; turn++) await other.verdict();
  expect(server?.isPaused()).toBe(true);
  expect(server?.writableLength).toBeLessThan(256 * 1024);
  // The rest of the flood waits in the client's own memory.
  expect(raw.webSocket.bufferedAmount).toBeGreaterThan(1_000_000);
});

promise("auth.brute", "who guesses waits for the answer as long as it says, and a good token never waits", async () => {
  await using rig = await SocketRig.open({ from: "203.0.113.9" });
  for (let free = 0; free < 5; free++) await guess(rig);
  using slow = await RawClient.connected(rig.url);
  slow.text(open({ token: "exai_guess_again", client }));
  const { client: owner } = await RawClient.open(rig.url, { token: await rig.token("ada") });
  using _owner = owner;
  await owner.verdict();
  expect(slow.arrivals).toEqual([]);
  await rig.clock.advance(999);
  await owner.verdict();
  expect(slow.arrivals).toEqual([]);
  await rig.clock.advance(1);
  expect((await slow.end()).closed).toBe(CLOSE.limit);
  expect(slow.arrivals[0]).toMatchObject({ error: { data: { code: "auth.slowed", retry: { afterMs: 1000 } } } });
});

promise("auth.brute", "failed credentials count against the address that the HTTP server names", async () => {
  await using rig = await SocketRig.open({ from: "203.0.113.9" });
  for (let free = 0; free < 5; free++) await guess(rig);
  const elsewhere = await rig.doors.authenticate("exai_x_y", { address: "127.0.0.1", client: "x" }).catch((no) => no);
  const there = await rig.doors.authenticate("exai_x_y", { address: "203.0.113.9", client: "x" }).catch((no) => no);
  expect([elsewhere.code, there.code]).toEqual(["auth.invalid", "auth.slowed"]);
});

async function guess(rig: SocketRig): Promise<void> {
  using raw = await RawClient.connected(rig.url);
  raw.text(open({ token: "exai_guess_wrong", client }));
  await raw.end();
}
