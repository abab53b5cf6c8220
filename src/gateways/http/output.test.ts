import { expect, test, vi } from "vitest";
import { promise } from "../../../test/promise.ts";
import { type Answer, HttpRig, sentEvents } from "../../../test/support/http-rig.ts";
import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";

const exit = { code: 0, signal: 0 };
const KiB = 1024;

/** The output of a call that has begun; what is never sealed ends with the rig. */
async function outputOf(rig: HttpRig, call: CallId): Promise<OutputWriter> {
  return await rig.outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
}

/** Bytes that tell where they stand. */
function bytesFrom(from: number, to: number): Buffer {
  return Buffer.from(Array.from({ length: to - from }, (_, at) => ((from + at) * 31) % 251));
}

function told({ headers }: Answer) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("exai-")));
}

promise(
  "lost.oversize",
  "an answer of any size is read page by page, byte for byte, each page naming the next",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "chat", input: {} });
    const whole = bytesFrom(0, 3_000_000);
    const writer = await outputOf(rig, call);
    for (const part of [whole.subarray(0, 1_234_567), whole.subarray(1_234_567)]) await writer.write(1, part);
    await writer.seal(exit);
    const pages: Buffer[] = [];
    let offset = 0;
    for (;;) {
      const page = await rig.ask(`/api/v1/calls/${call}/output?offset=${offset}&limit=700000`);
      expect([page.status, page.headers["exai-offset"]]).toEqual([200, String(offset)]);
      pages.push(page.bytes);
      offset = Number(page.headers["exai-next-offset"]);
      if (page.headers["exai-complete"] === "true") break;
    }
    expect(pages.length).toBe(5);
    expect(Buffer.concat(pages).equals(whole)).toBe(true);
    expect(offset).toBe(whole.length);
  },
);

promise("lost.oversize", "what policy threw away is named in front of the page that begins behind it", async () => {
  await using rig = await HttpRig.open({}, { perCall: 32 * KiB, perPrincipal: 64 * KiB, all: 64 * KiB });
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const writer = await outputOf(rig, call);
  const writeUpTo = async (from: number, to: number) => {
    for (let at = from; at < to; at += KiB) await writer.write(1, bytesFrom(at, at + KiB));
    return (await rig.outputs.view(call))?.base ?? 0;
  };
  const base = await writeUpTo(0, 100 * KiB);
  const first = await rig.ask(`/api/v1/calls/${call}/output?limit=1000`);
  expect(first.bytes.equals(bytesFrom(base, base + 1000))).toBe(true);
  expect(told(first)).toEqual({
    "exai-offset": String(base),
    "exai-hole": `0-${base}`,
    "exai-next-offset": String(base + 1000),
    "exai-base": String(base),
    "exai-end": String(100 * KiB),
    "exai-complete": "false",
  });
  const later = await writeUpTo(100 * KiB, 200 * KiB);
  await writer.seal(exit);
  const second = await rig.ask(`/api/v1/calls/${call}/output?offset=${base + 1000}`);
  expect(second.bytes.equals(bytesFrom(later, 200 * KiB))).toBe(true);
  expect(told(second)).toMatchObject({
    "exai-hole": `${base + 1000}-${later}`,
    "exai-complete": "true",
    "exai-exit": "0",
  });
  const headers = { accept: "text/event-stream" };
  const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/output`, { headers }));
  const { value: hole } = await stream.next();
  expect([hole?.id, hole?.event, hole?.data]).toEqual([
    `e1:${later}`,
    "hole",
    JSON.stringify({ offset: 0, to: later }),
  ]);
  await stream.return();
});

test("a page that is not there yet is empty and says so; one that cannot be is refused", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const path = `/api/v1/calls/${call}/output`;
  const none = await rig.ask(path);
  expect([none.status, none.json?.fault?.code]).toEqual([404, "output.unknown"]);
  await (await outputOf(rig, call)).write(1, Buffer.from("abc"));
  const empty = await rig.ask(`${path}?offset=3`);
  expect([empty.status, empty.text, empty.headers["exai-next-offset"]]).toEqual([200, "", "3"]);
  expect(empty.headers["exai-complete"]).toBe("false");
  for (const query of ["?offset=4", "?offset=-1", "?limit=0", "?limit=2000000", "?offset=x", "?page=1"]) {
    const refused = await rig.ask(path + query);
    expect([query, refused.status, refused.json?.fault?.code]).toEqual([query, 400, "input.invalid"]);
  }
});

promise(
  "proc.output",
  "who cannot take raw bytes gets them as base64, told apart by channel, as they are written",
  async () => {
    await using rig = await HttpRig.open();
    const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
    const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xfe]);
    const writer = await outputOf(rig, call);
    await writer.write(1, bytes);
    const headers = { accept: "text/event-stream" };
    const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/output`, { headers }));
    const next = async () => {
      const { value } = await stream.next();
      return [value?.id, value?.event, JSON.parse(value?.data ?? "null")];
    };
    expect(await next()).toEqual([
      "e1:4",
      undefined,
      { offset: 0, channel: "stdout", base64: bytes.toString("base64") },
    ]);
    await writer.write(2, Buffer.from("no"));
    expect(await next()).toEqual(["e1:6", undefined, { offset: 4, channel: "stderr", base64: "bm8=" }]);
    await writer.seal({ code: null, signal: 9 });
    expect(await next()).toEqual(["e1:6", "end", { length: 6, code: null, signal: 9 }]);
    expect((await stream.next()).done).toBe(true);
  },
);

promise("leak.handle", "a client that goes away amid an output is no longer one who reads it", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const writer = await outputOf(rig, call);
  const aheadAfterOne = async () => {
    await writer.write(1, Buffer.from("x"));
    return writer.aheadBytes;
  };
  const unread = await aheadAfterOne();
  const headers = { accept: "text/event-stream" };
  const stream = await rig.begin(`/api/v1/calls/${call}/output`, { headers });
  stream.resume().on("error", () => {});
  await vi.waitFor(async () => expect(await aheadAfterOne()).toBeGreaterThan(unread), { timeout: 60_000 });
  stream.destroy();
  await vi.waitFor(async () => expect(await aheadAfterOne()).toBe(unread), { timeout: 60_000 });
});

promise("lost.oversize", "whoever reads slowly is told that the rest of an output was removed meanwhile", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const writer = await outputOf(rig, call);
  const length = 16 * 1024 * KiB;
  for (let at = 0; at < length; at += 256 * KiB) await writer.write(1, Buffer.alloc(256 * KiB, "x"));
  await writer.seal(exit);
  const headers = { accept: "text/event-stream" };
  const stream = sentEvents(await rig.begin(`/api/v1/calls/${call}/output`, { headers }));
  const seen = [];
  for await (const event of stream) {
    if (seen.push(event) === 1) await rig.outputs.remove([call]);
  }
  const read = seen.slice(0, -1).map(({ data }) => Buffer.from(JSON.parse(data ?? "").base64, "base64").length);
  const at = read.reduce((sum, bytes) => sum + bytes, 0);
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(length);
  expect(seen.at(-1)).toMatchObject({ id: `e1:${at}`, event: "end", data: JSON.stringify({ reason: "removed" }) });
});

promise(
  "lost.reconnect",
  "a reader of bytes goes on behind its last id, and is told where its history is another",
  async () => {
    await using rig = await HttpRig.open();
    const call = rig.calls.start("ada", { tool: "exec", input: {} }).call as CallId;
    const writer = await outputOf(rig, call);
    await writer.write(1, Buffer.from("abcdef"));
    await writer.seal(exit);
    const ids = async (lastId: string) => {
      const headers = { accept: "text/event-stream", "last-event-id": lastId };
      const response = await rig.begin(`/api/v1/calls/${call}/output`, { headers });
      const seen = [];
      for await (const { event, data: text } of sentEvents(response)) seen.push([event, JSON.parse(text ?? "null")]);
      return [response.statusCode, seen];
    };
    expect(await ids("e1:4")).toEqual([
      200,
      [
        [undefined, { offset: 4, channel: "stdout", base64: "ZWY=" }],
        ["end", { length: 6, code: 0, signal: 0 }],
      ],
    ]);
    expect(await ids("e1:6")).toEqual([204, []]);
    expect(await ids("e0:4")).toMatchObject([
      200,
      [
        ["gap", { from: 0, to: 4, reason: "epoch" }],
        [undefined, { offset: 0 }],
        ["end", { length: 6 }],
      ],
    ]);
  },
);
