import { expect, test } from "vitest";
import { collectGarbage } from "./collect-garbage.ts";

test("what nobody holds any more is given back, and the program gets no new global", async () => {
  const weak = new WeakRef(Array.from({ length: 100_000 }, (_, n) => ({ n })));
  // What a weak reference was made of stays until the end of the turn.
  await new Promise(setImmediate);
  collectGarbage();
  expect(weak.deref()).toBeUndefined();
  expect(globalThis).not.toHaveProperty("gc");
});
