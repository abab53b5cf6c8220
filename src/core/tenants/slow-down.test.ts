import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { SlowDown } from "./slow-down.ts";

promise("auth.brute", "addresses that one host can take at will count as one source", () => {
  const slowDown = new SlowDown(new ManualClock());
  const waits = [
    "2001:db8::1",
    "2001:0db8:0:0:1::2",
    "2001:db8:0:0:ffff::3",
    "2001:DB8::4",
    "2001:db8::5",
    "2001:db8::6",
  ].map((address) => slowDown.failed(address));
  expect(waits.at(-1)).toBe(1000);
  expect(slowDown.failed("2001:db8:0:1::1")).toBe(0);
  for (let attempt = 0; attempt < 5; attempt++) slowDown.failed("::ffff:10.0.0.1");
  expect(slowDown.failed("10.0.0.1")).toBe(1000);
});

test("sources are forgotten in time, and never more than ten thousand are remembered", async () => {
  const clock = new ManualClock();
  const slowDown = new SlowDown(clock);
  for (let host = 0; host < 12_000; host++) slowDown.failed(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`);
  expect(slowDown.size).toBe(10_000);
  await clock.advance(15 * 60_000);
  slowDown.failed("192.0.2.1");
  expect(slowDown.size).toBe(1);
});
