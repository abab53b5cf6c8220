import { expect, test } from "vitest";
import { CHANNEL } from "../protocol/frames.ts";
import { Output } from "./output.ts";

test("an output that fails gives what came before, then its failure, and may be read anew", async () => {
  let left = 0;
  const output = new Output({ offset: 0, acknowledge: () => {}, onReturn: () => (left += 1) });
  const payload = new Uint8Array([1, 2, 3]);
  output.take({ type: "data", channel: CHANNEL.stdout, stream: 1, offset: 0, payload });
  output.fail(new Error("another history"));
  const pieces: number[] = [];
  const reading = (async () => {
    for await (const piece of output) pieces.push(piece.offset);
  })();
  await expect(reading).rejects.toThrow("another history");
  expect(pieces).toEqual([0]);
  expect([output.isComplete, left, output.consumed]).toEqual([true, 1, 3]);
  await expect(output.exit).rejects.toThrow("another history");
});
