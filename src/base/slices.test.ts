import { expect, test } from "vitest";
import { inTurns, slicesOf } from "./slices.ts";

const never = new AbortController().signal;

test("pieces are the whole text, each ends where it may, and what has no such place stays whole", () => {
  const line = `${"a".repeat(999)}\n`;
  const text = line.repeat(1000);
  const pieces = [...slicesOf(text, /\n/g)];
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  for (const { at, text: piece } of pieces.slice(1)) {
    expect(piece.startsWith("\n")).toBe(true);
    expect(text.startsWith(piece, at)).toBe(true);
  }
  expect([...slicesOf("a".repeat(600_000), /\n/g)]).toHaveLength(1);
  expect([...slicesOf("", /\n/g)]).toEqual([]);
});

test("between two pieces of work whatever else waits has its turn, and an abort ends it there", async () => {
  const turns: string[] = [];
  function* work() {
    for (let piece = 0; piece < 3; piece++) yield turns.push(`piece ${piece}`);
  }
  const beside = async () => {
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate).then(() => turns.push("another"));
  };
  await Promise.all([inTurns(work(), never), beside()]);
  expect(turns.slice(0, 4)).toEqual(["piece 0", "piece 1", "another", "piece 2"].toSorted(byTurn(turns)));
  const stop = new AbortController();
  const ended = inTurns(work(), stop.signal);
  stop.abort(new Error("enough"));
  await expect(ended).rejects.toThrow("enough");
});

function byTurn(turns: readonly string[]) {
  return (a: string, b: string) => turns.indexOf(a) - turns.indexOf(b);
}
