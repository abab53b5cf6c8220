import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { DrainRate, Throttle } from "./throttle.ts";

const each = 16_000_000;
const all = 64_000_000;
const writeBytes = 64 * 1024;
const seconds = 10;

test("one that nobody reads along goes at its own rate, whatever is left for others", async () => {
  const [bytes = 0] = await drained({ commands: 1, writeMs: 0.2 });
  expect(bytes).toBeGreaterThan(each * seconds * 0.95);
  expect(bytes).toBeLessThan(each * (seconds + 0.2));
});

for (const writeMs of [0.2, 3])
  promise("proc.flood", `16 floods together go no faster than all may, with writes of ${writeMs} ms`, async () => {
    const bytes = await drained({ commands: 16, writeMs });
    const sum = bytes.reduce((one, other) => one + other, 0);
    expect(sum).toBeLessThan(all * (seconds + 0.2));
    expect(sum).toBeGreaterThan(all * seconds * 0.9);
    const fair = sum / bytes.length;
    for (const some of bytes) expect(Math.abs(some - fair)).toBeLessThan(fair * 0.1);
  });

/** How much each wrote whose writes take so long, one after the other. */
async function drained({ commands, writeMs }: { commands: number; writeMs: number }): Promise<number[]> {
  const clock = new ManualClock();
  const rate = new DrainRate({ each, all });
  const bytes = Array.from({ length: commands }, () => 0);
  const endMs = seconds * 1000;
  const runs = bytes.map(async (_, index) => {
    const throttle = new Throttle({ clock, rate });
    while (clock.monotonicMs() < endMs) {
      await throttle.wait(() => new Promise(() => {}));
      await new Promise<void>((resolve) => clock.timer(writeMs, resolve));
      throttle.spend(writeBytes);
      bytes[index] = (bytes[index] ?? 0) + writeBytes;
    }
  });
  while (clock.monotonicMs() < endMs + 1000) await clock.advance(1);
  await Promise.all(runs);
  return bytes;
}
