import { expect, test } from "vitest";
import { once } from "./once.ts";

test("those who ask at once and those who ask later share one load", async () => {
  let loads = 0;
  const load = once(async () => ++loads);
  expect(loads).toBe(0);
  expect(await Promise.all([load(), load()])).toEqual([1, 1]);
  expect(await load()).toBe(1);
});

test("what has failed is tried anew by the next who asks", async () => {
  let tries = 0;
  const load = once(async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return tries;
  });
  await expect(load()).rejects.toThrow("not yet");
  expect(await load()).toBe(2);
});
