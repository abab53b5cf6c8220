import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { type Load, levelAfter, Pressure } from "./pressure.ts";

const calm: Load = { memoryShare: 0.2, eventLoopP99Ms: 5 };

function watch({ lateMs = 250 } = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  let load = calm;
  const onHigh = () => told.push(pressure.level);
  const pressure: Pressure = new Pressure({ clock, lateMs, read: () => load, onHigh });
  return {
    clock,
    told,
    pressure,
    /** The level after one sample of this load. */
    async under(next: Partial<Load>) {
      load = { ...calm, ...next };
      await clock.advance(1000);
      return pressure.level;
    },
  };
}

promise(
  "share.pressure",
  "memory at 75 % or a loop 100 ms late is high: caches shrink and new calls still pass",
  async () => {
    for (const high of [{ memoryShare: 0.75 }, { eventLoopP99Ms: 100 }]) {
      const { pressure, told, under } = watch();
      using _watch = pressure;
      expect(await under({ memoryShare: 0.74, eventLoopP99Ms: 99 })).toBe("normal");
      expect(told).toEqual([]);
      expect(await under(high)).toBe("high");
      expect(told).toEqual(["high"]);
      expect(() => pressure.refuseNew()).not.toThrow();
    }
  },
);

promise(
  "share.pressure",
  "memory at 85 % or a loop 250 ms late is critical: new calls are refused with a retry time",
  async () => {
    for (const critical of [{ memoryShare: 0.85 }, { eventLoopP99Ms: 250 }]) {
      const { pressure, told, under } = watch();
      using _watch = pressure;
      expect(await under(critical)).toBe("critical");
      expect(told).toEqual(["critical"]);
      const refusal = { code: "admission.overloaded", retry: { safe: true, afterMs: expect.any(Number) } };
      expect(() => pressure.refuseNew()).toThrow(expect.objectContaining(refusal));
      expect(await under({})).toBe("normal");
      expect(() => pressure.refuseNew()).not.toThrow();
    }
  },
);

promise("share.pressure", "a load at the edge of a level does not make it flutter", async () => {
  const { pressure, under } = watch();
  using _watch = pressure;
  const levels: string[] = [];
  for (const memoryShare of [0.85, 0.84, 0.81, 0.79, 0.74, 0.71, 0.69, 0.74]) levels.push(await under({ memoryShare }));
  expect(levels).toEqual(["critical", "critical", "critical", "high", "high", "high", "normal", "normal"]);
});

test("a daemon that may be later refuses later", async () => {
  const { pressure, under } = watch({ lateMs: 2000 });
  using _watch = pressure;
  const levels: string[] = [];
  for (const eventLoopP99Ms of [799, 800, 1999, 2000, 1600, 1599, 639]) levels.push(await under({ eventLoopP99Ms }));
  expect(levels).toEqual(["normal", "high", "high", "critical", "critical", "high", "normal"]);
});

test("more load never means a lower level", () => {
  const load = fc.record({ memoryShare: fc.double({ min: 0, max: 1, noNaN: true }), eventLoopP99Ms: fc.nat(1000) });
  const order = ["normal", "high", "critical"] as const;
  fc.assert(
    fc.property(fc.constantFrom(...order), load, load, (level, one, other) => {
      const most = {
        memoryShare: Math.max(one.memoryShare, other.memoryShare),
        eventLoopP99Ms: Math.max(one.eventLoopP99Ms, other.eventLoopP99Ms),
      };
      const [less, more] = [levelAfter(level, one, 250), levelAfter(level, most, 250)];
      expect(order.indexOf(more)).toBeGreaterThanOrEqual(order.indexOf(less));
    }),
  );
});

promise("leak.handle", "a watch that is disposed has no timer left", async () => {
  const { clock, pressure, under } = watch();
  await under({});
  pressure[Symbol.dispose]();
  expect(clock.waiting).toBe(0);
});
