import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type Held, LeakWatch } from "./leaks.ts";

// A setup file of every test file. Its hooks are registered first, so they end last: after a test's own clean-up.
const settleMs = 5_000;
const watch = new LeakWatch();
let beforeFile: Held;
let beforeTest: Held;

beforeAll(() => {
  beforeFile = watch.now();
});

beforeEach(() => {
  beforeTest = watch.now();
});

afterEach(async () => {
  expect(await watch.leftSince(beforeTest, settleMs), "left behind by this test").toEqual([]);
});

afterAll(async () => {
  expect(await watch.leftSince(beforeFile, settleMs), "left behind by this file").toEqual([]);
});
