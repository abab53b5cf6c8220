import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { type Answer, HttpRig, sentEvents } from "../../../test/support/http-rig.ts";
import type { Piece } from "../../core/processes/output-log.ts";
import type { CallId } from "../../protocol/ids.ts";

const exit = { code: 0, signal: 0 };

function data(offset: number, text: string | Buffer, channel: 1 | 2 | 3 = 1): Piece {
  return { kind: "data", offset, channel, bytes: Buffer.from(text) };
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
    const whole = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 31) % 256));
    rig.outputs.put(call, [data(0, whole.subarray(0, 1_234_567), 3), data(1_234_567, whole.subarray(1_234_567), 3)], {
      base: 0,
      end: whole.length,
      exit,
    });
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

promise("lost.oversize", "what policy threw away is named at its place, in front of a page or behind it", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const pieces: Piece[] = [
    { kind: "hole", offset: 0, to: 10 },
    data(10, "abc"),
    { kind: "hole", offset: 13, to: 20 },
    data(20, "xyz"),
  ];
  rig.outputs.put(call, pieces, { base: 10, end: 23, exit });
  const first = await rig.ask(`/api/v1/calls/${call}/output`);
  expect(first.text).toBe("abc");
  expect(told(first)).toEqual({
    "exai-offset": "10",
    "exai-hole": "0-10",
    "exai-next-offset": "13",
    "exai-base": "10",
    "exai-end": "23",
    "exai-complete": "false",
  });
  const second = await rig.ask(`/api/v1/calls/${call}/output?offset=13`);
  expect(second.text).toBe("xyz");
  expect(told(second)).toMatchObject({ "exai-hole": "13-20", "exai-complete": "true", "exai-exit": "0" });
});

test("a page that is not there yet is empty and says so; one that cannot be is refused", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "exec", input: {} });
  const path = `/api/v1/calls/${call}/output`;
  const none = await rig.ask(path);
  expect([none.status, none.json?.fault?.code]).toEqual([404, "output.unknown"]);
  rig.outputs.put(call, [data(0, "abc")], { base: 0, end: 3 });
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
    rig.outputs.put(call, [data(0, bytes)], { base: 0, end: 4 });
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
    const more: Piece[] = [data(0, bytes), data(4, "no", 2), { kind: "hole", offset: 6, to: 9 }];
    rig.outputs.put(call, more, { base: 0, end: 9, exit: { code: null, signal: 9 } });
    expect(await next()).toEqual(["e1:6", undefined, { offset: 4, channel: "stderr", base64: "bm8=" }]);
    expect(await next()).toEqual(["e1:9", "hole", { offset: 6, to: 9 }]);
    expect(await next()).toEqual(["e1:9", "end", { length: 9, code: null, signal: 9 }]);
    expect((await stream.next()).done).toBe(true);
    expect(rig.outputs.followers).toBe(0);
  },
);

promise(
  "lost.reconnect",
  "a reader of bytes goes on behind its last id, and is told where its history is another",
  async () => {
    await using rig = await HttpRig.open();
    const call = rig.calls.start("ada", { tool: "exec", input: {} }).call as CallId;
    rig.outputs.put(call, [data(0, "abcdef")], { base: 0, end: 6, exit });
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
