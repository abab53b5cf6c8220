import { expect, test } from "vitest";
import { Disposal } from "./disposal.ts";

test("what is disposed twice runs once", () => {
  let runs = 0;
  const disposal = new Disposal(() => {
    runs += 1;
  });
  disposal[Symbol.dispose]();
  disposal[Symbol.dispose]();
  expect(runs).toBe(1);
});
