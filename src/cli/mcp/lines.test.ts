import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { takeLine } from "./intake.ts";
import { type Line, linesOf } from "./lines.ts";

async function linesIn(chunks: readonly Buffer[], maxBytes = 1000): Promise<Line[]> {
  return await Array.fromAsync(linesOf(Readable.from(chunks), maxBytes));
}

/** A text in chunks of such sizes. */
function cut(text: string, sizes: readonly number[]): Buffer[] {
  let bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let turn = 0; bytes.length > 0; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(0, size));
    bytes = bytes.subarray(size);
  }
  return chunks;
}

test("lines are whole, however their bytes come", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(texts, sizes, async (given, some) => {
      const lines = given.map((text) => JSON.stringify(text));
      const read = await linesIn(cut(lines.map((line) => `${line}\r\n\n`).join(""), some));
      expect(read.map((line) => line.kind === "line" && line.text)).toEqual(lines);
    }),
  );
  expect(await linesIn([Buffer.from("the last one needs no end")])).toHaveLength(1);
});

promise("auth.frames", "a line of any length is passed over in little memory, and its id is found in it", async () => {
  const text = '"not an \\"id\\": 5, {"';
  const messages = [
    [`{"id": 7, "method": "x", "params": {"id": 8, "text": ${text}, "deep": [{"id": 9}]}}`, 7, true],
    [`{"params": {"id": 8, "a": [1, ${text}]}, "result": {}, "id" : "a\\u0062"}`, "ab", false],
    [`{"params": {"method": "no"}, "id": null}`, undefined, false],
  ] as const;
  for (const [message, id, isRequest] of messages)
    for (const size of [1, 3, 1000]) {
      const lines = await linesIn(cut(`${message}\n{}\n`, [size]), 20);
      expect(lines).toEqual([
        { kind: "too-long", id, isRequest, bytes: message.length },
        { kind: "line", text: "{}", bytes: 2 },
      ]);
    }
});

describe("a line that cannot be carried", () => {
  const take = (line: Line) => takeLine(line, 1000);
  const line = (text: string): Line => ({ kind: "line", text, bytes: text.length });
  const deep = `${"[".repeat(80)}${"]".repeat(80)}`;

  test("is answered under its id where it is a request, and to the server where it is an answer", () => {
    expect(take(line(`{"id": 1, "method": "x", "params": ${deep}}`))).toMatchObject({
      refusal: { id: 1, error: { data: { code: "input.invalid" } } },
      answers: "client",
    });
    expect(take(line(`{"id": "q", "result": ${deep}}`))).toMatchObject({
      refusal: { id: "q", error: { code: -32600 } },
      answers: "server",
    });
    const tooLong = { kind: "too-long", id: 3, isRequest: true, bytes: 2000 } as const;
    expect(take(tooLong)).toMatchObject({ refusal: { id: 3, error: { data: { code: "input.too-large" } } } });
    expect(take({ ...tooLong, id: undefined })).toMatchObject({ refusal: { id: null }, answers: "client" });
  });

  test.each(["{", "[]", "1", "null"])("is told what is wrong: %s", (text) => {
    expect(take(line(text))).toMatchObject({ refusal: { id: null }, answers: "client" });
  });
});
