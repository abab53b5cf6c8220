import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { promise } from "../../../test/promise.ts";
import { HttpRig, type SentEvent, sentEvents } from "../../../test/support/http-rig.ts";
import type { TokenId } from "../../protocol/ids.ts";

async function all(rig: HttpRig, path: string, headers: Record<string, string> = {}): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const event of sentEvents(await rig.begin(path, { headers }))) events.push(event);
  return events;
}

function progress(rig: HttpRig, count: number, text = ""): void {
  for (let n = 0; n < count; n++) rig.calls.emit(rig.calls.last, "call.progress", { message: `${n}${text}` });
}

promise(
  "lost.seq",
  "a reader gets every event once and in order, those before it came and those after, then the end",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
    progress(rig, 3);
    const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/events`));
    const seen: SentEvent[] = [];
    for await (const event of stream) {
      seen.push(event);
      if (seen.length === 4) progress(rig, 3);
      if (seen.length === 7) rig.calls.end(call);
    }
    expect(seen.slice(0, -1).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((seq) => `e1:${seq}`));
    expect(JSON.parse(seen[1]?.data ?? "")).toEqual({
      call,
      seq: 2,
      at: 2,
      type: "call.progress",
      data: { message: "0" },
    });
    expect(seen.at(-1)).toMatchObject({ id: "e1:8", event: "end" });
    expect(JSON.parse(seen.at(-1)?.data ?? "")).toEqual({ call, phase: "succeeded", seq: 8 });
    expect([rig.calls.listeners, rig.streamsOpen]).toEqual([0, 0]);
  },
);

promise(
  "lost.reconnect",
  "who comes back with the last id goes on behind it; behind the end there is nothing",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
    progress(rig, 3);
    rig.calls.end(call);
    const path = `/api/v1/calls/${call}/events`;
    const rest = await all(rig, path, { "last-event-id": "e1:3" });
    expect(rest.map(({ id, event }) => [id, event])).toEqual([
      ["e1:4", undefined],
      ["e1:5", undefined],
      ["e1:5", "end"],
    ]);
    expect(await all(rig, `${path}?after=3`)).toEqual(rest);
    for (const id of ["e1:5", "e1:6"]) {
      const answer = await rig.ask(path, { headers: { "last-event-id": id } });
      expect([answer.status, answer.text]).toEqual([204, ""]);
    }
  },
);

promise("lost.reconnect", "a cursor of another history is told so, and everything that there is follows", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  rig.calls.end(call);
  const events = await all(rig, `/api/v1/calls/${call}/events`, { "last-event-id": "e0:7" });
  expect(events.map(({ id, event }) => [id, event])).toEqual([
    ["e1:0", "gap"],
    ["e1:1", undefined],
    ["e1:2", undefined],
    ["e1:2", "end"],
  ]);
  expect(JSON.parse(events[0]?.data ?? "")).toEqual({ call, from: 1, to: 7, reason: "epoch" });
});

promise("lost.reconnect", "what is gone is told with its numbers, also where nothing is left", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  progress(rig, 3);
  rig.calls.end(call);
  rig.calls.goneBelow = 4;
  const some = await all(rig, `/api/v1/calls/${call}/events`);
  expect(some.map(({ id, event }) => [id, event])).toEqual([
    ["e1:3", "gap"],
    ["e1:4", undefined],
    ["e1:5", undefined],
    ["e1:5", "end"],
  ]);
  rig.calls.goneBelow = 6;
  const none = await all(rig, `/api/v1/calls/${call}/events`);
  expect(none.map(({ id, event }) => [id, event])).toEqual([
    ["e1:5", "gap"],
    ["e1:5", "end"],
  ]);
  expect(JSON.parse(none[0]?.data ?? "")).toEqual({ call, from: 1, to: 5, reason: "retention" });
});

promise(
  "lost.reconnect",
  "a reader that is behind when its call is deleted is told so, and its stream ends",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
    progress(rig, 400, "x".repeat(100_000));
    const response = await rig.begin(`/api/v1/calls/${call}/events`);
    await standstill(rig);
    rig.calls.end(call);
    rig.calls.delete(call);
    const seen: SentEvent[] = [];
    for await (const event of sentEvents(response)) seen.push(event);
    const [last] = seen.splice(-1);
    expect([last?.event, JSON.parse(last?.data ?? "").reason]).toEqual(["gap", "deleted"]);
    expect(seen.map(({ id }) => id)).toEqual(seen.map((_, index) => `e1:${index + 1}`));
    expect(seen.length).toBeLessThan(400);
    expect((await rig.ask(`/api/v1/calls/${call}/events`, { headers: { "last-event-id": "e1:9" } })).status).toBe(404);
    expect([rig.calls.listeners, rig.streamsOpen, rig.bugs]).toEqual([0, 0, []]);
  },
);

test("a position that is none is refused before anything is sent", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  for (const id of ["7", "e1:", "e1:-1", "e1:1:1", "e1:1e3"]) {
    const answer = await rig.ask(`/api/v1/calls/${call}/events`, { headers: { "last-event-id": id } });
    expect([id, answer.status, answer.json?.fault?.code]).toEqual([id, 400, "input.invalid"]);
  }
  for (const query of ["after=all", "after=-1", "hold=1", "from=3"])
    expect([query, (await rig.ask(`/api/v1/calls/${call}/events?${query}`)).status]).toEqual([query, 400]);
});

promise(
  "auth.frames",
  "a reader that has stopped is no longer read for: nothing piles up, and it goes on without a hole",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
    const events = 400;
    progress(rig, events, "x".repeat(100_000));
    const response = await rig.begin(`/api/v1/calls/${call}/events`);
    await standstill(rig);
    const readWhileStopped = rig.calls.reads.length;
    let last = 0;
    for await (const { id } of sentEvents(response)) {
      last += 1;
      expect(id).toBe(`e1:${last}`);
      if (last === events + 1) break;
    }
    // What the two kernels buffer is not ours; 40 MB never fit in there.
    expect(readWhileStopped).toBeLessThan(events / 2);
  },
);

promise("share.sessions", "streams count as connections and are given back", async () => {
  await using rig = await HttpRig.open();
  rig.maxStreams = 1;
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const path = `/api/v1/calls/${call}/events`;
  const first = await rig.begin(path);
  const refused = await rig.begin(path);
  expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "1"]);
  refused.resume();
  first.destroy();
  await vi.waitFor(() => expect(rig.streamsOpen).toBe(0), { timeout: 60_000 });
});

test("a silent stream says every 15 s that it is alive", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/events`));
  expect((await stream.next()).value).toMatchObject({ id: "e1:1" });
  for (let beat = 0; beat < 3; beat++) {
    await rig.clock.advance(15_000);
    expect((await stream.next()).value).toEqual({ comment: true });
  }
  await stream.return();
});

test("a reader that holds the call keeps it from being missed as long as it reads", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const plain = await rig.begin(`/api/v1/calls/${call}/events`);
  expect(rig.calls.presences.isHeld(call)).toBe(false);
  const holder = await rig.begin(`/api/v1/calls/${call}/events?hold=true`);
  expect(rig.calls.presences.isHeld(call)).toBe(true);
  holder.destroy();
  plain.destroy();
  await vi.waitFor(() => expect(rig.calls.presences.isHeld(call)).toBe(false), { timeout: 60_000 });
});

test("the stream of a client that is gone ends with everything that it held", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const response = await rig.begin(`/api/v1/calls/${call}/events`);
  response.destroy();
  await once(response, "close");
  await vi.waitFor(() => expect([rig.calls.listeners, rig.streamsOpen]).toEqual([0, 0]), { timeout: 60_000 });
  expect(rig.bugs).toEqual([]);
});

/** Until nothing of the gateway has moved for a good many turns. */
async function standstill(rig: HttpRig): Promise<void> {
  let still = 0;
  let before = "";
  while (still < 500) {
    await new Promise(setImmediate);
    const now = `${rig.calls.reads.length} ${rig.calls.listeners} ${rig.streamsOpen}`;
    still = now === before ? still + 1 : 0;
    before = now;
  }
}

promise("auth.expiry", "a stream that a running call's token opened ends with that call, no other does", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const bound = rig.doors.bindCall({ token: "token-ada" as TokenId }, call);
  const nested = sentEvents(await rig.begin(`/api/v1/calls/${call}/events`, { token: bound.token }));
  const own = sentEvents(await rig.begin(`/api/v1/calls/${call}/events`));
  for (const stream of [nested, own]) await stream.next();
  bound[Symbol.dispose]();
  expect(await nested.next().catch(() => "cut")).toBe("cut");
  rig.calls.end(call);
  expect((await own.next()).value).toMatchObject({ id: "e1:2" });
});
