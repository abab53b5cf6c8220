import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { resultOf } from "./answer.ts";
import { Lines } from "./lines.ts";
import { heardIn } from "./message.ts";
import { Pace } from "./pace.ts";
import { askUser } from "./question.ts";

const asked = { server: "files", tool: "read" };
const never = new AbortController().signal;

test("lines are whole however their bytes are cut, and one that is too long is told before it is kept", () => {
  const bytes = Buffer.from("ä\r\n\nlong…er\nrest");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const lines = new Lines({ maxBytes: 100 });
    expect([...lines.take(bytes.subarray(0, cut)), ...lines.take(bytes.subarray(cut))]).toEqual(["ä", "", "long…er"]);
  }
  const short = new Lines({ maxBytes: 4 });
  expect(short.take(Buffer.from("1234\n12"))).toEqual(["1234"]);
  expect(short.take(Buffer.from("345\n"))).toBe("too long");
});

test("a line is a message, words for people, or a broken frame", () => {
  const kindOf = (line: string) => heardIn(line).kind;
  expect(kindOf('{"jsonrpc":"2.0","id":1,"result":{}}')).toBe("message");
  expect(kindOf('{"jsonrpc":"2.0","method":"ping","id":"a"}')).toBe("message");
  for (const words of ["", "Server started", "[1, 2]", "null"])
    expect([words, kindOf(words)]).toEqual([words, "words"]);
  for (const broken of [
    '{"jsonrpc":"2.0"',
    "{}",
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"1.0","method":"a"}',
    '{"jsonrpc":"2.0","id":{},"result":{}}',
    `{"a":${"[".repeat(100)}`,
  ])
    expect([broken, kindOf(broken)]).toEqual([broken, "broken"]);
});

test("what comes faster than the pace waits, what comes slower does not", async () => {
  const clock = new ManualClock();
  const pace = new Pace({ clock });
  await pace.took({ messages: 400 }, never);
  let isThrough = false;
  const more = pace.took({ messages: 2000 }, never).then(() => {
    isThrough = true;
  });
  await clock.advance(900);
  expect(isThrough).toBe(false);
  await clock.advance(100);
  await more;
  await clock.advance(1000);
  await pace.took({ bytes: 4 * 1024 * 1024 }, never);
  expect(clock.waiting).toBe(0);
});

test("an answer is its text, its structured content and its blocks; one that is none is told", () => {
  const text = { type: "text", text: "one" };
  expect(resultOf(asked, { content: [text, { type: "text", text: "two" }] })).toEqual({ content: "one\ntwo" });
  expect(resultOf(asked, { content: [], structuredContent: { a: 1 } })).toEqual({
    content: '{"a":1}',
    data: { structured: { a: 1 } },
  });
  const blocksAt = (prefix: string) => [
    text,
    { type: "resource", resource: { uri: `${prefix}file:///a`, text: "inside" } },
    { type: "resource_link", name: "b", uri: `${prefix}file:///b` },
  ];
  const known = "exai://servers/files/";
  expect(resultOf(asked, { content: blocksAt("") })).toEqual({
    content: `one\ninside\n[b ${known}file:///b]`,
    data: { blocks: blocksAt(known) },
  });
  expect(() => resultOf(asked, { content: "text" })).toThrow(/it is no answer of a tool/);
  expect(() => resultOf(asked, { content: [{ type: "text", text: "x".repeat(9000) }], isError: true })).toThrow(
    /\(808 more characters\)$/,
  );
});

test("a question is put as the server's, and whatever the user answers becomes what it expects", async () => {
  const requestedSchema = { type: "object", properties: { color: { type: "string" } } };
  const replyTo = async (answer: unknown, params: unknown = { message: "Which\u202e color?", requestedSchema }) => {
    let asks: unknown[] = [];
    const reply = await askUser(
      { server: "files", params },
      {
        ask: async (...given) => {
          asks = given;
          return answer;
        },
      },
    );
    return { reply, asks };
  };
  expect((await replyTo({ color: "red" })).asks).toEqual(["files asks: Which color?", requestedSchema]);
  const accepted = { action: "accept", content: { color: "red" } };
  for (const answer of [{ color: "red" }, "red", accepted]) expect((await replyTo(answer)).reply).toEqual(accepted);
  for (const answer of [null, false, undefined, { action: "decline" }])
    expect((await replyTo(answer)).reply).toEqual({ action: "decline" });
  expect((await replyTo({ action: "cancel" })).reply).toEqual({ action: "cancel" });
  expect((await replyTo(true, { message: "Go to", url: "https://example.org", mode: "url" })).asks[0]).toBe(
    "files asks: Go to\nhttps://example.org",
  );
  expect((await replyTo("x", "no question")).reply).toEqual({ action: "cancel" });
});
