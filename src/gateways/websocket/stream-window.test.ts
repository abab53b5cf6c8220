import fc from "fast-check";
import { expect, test } from "vitest";
import {
  OutputBudget,
  openStreamWindow,
  outputBudgetBytes,
  smallestWindowBytes,
  streamAcked,
  streamCredit,
  streamSent,
  windowFor,
} from "./stream-window.ts";

test("no order of sends and acks lets more than the window be unacknowledged, and acking all opens it again", () => {
  const step = fc.record({ sends: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) });
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.array(step), fc.integer({ min: 1, max: 2000 }), (start, all, active) => {
      const size = windowFor(active);
      let window = openStreamWindow(start);
      for (const { sends, share } of all) {
        const credit = streamCredit(window, size);
        const acked = window.acked + Math.floor((window.offset - window.acked) * share);
        window = sends
          ? streamSent(window, window.offset + Math.floor(credit * share))
          : (streamAcked(window, acked) ?? expect.unreachable());
        expect(window.offset - window.acked).toBeLessThanOrEqual(size);
      }
      const settled = streamAcked(window, window.offset) ?? expect.unreachable();
      expect(streamCredit(settled, size)).toBe(size);
    }),
  );
});

test("a window that shrank below what is unacknowledged grants nothing, and takes nothing back", () => {
  const window = streamSent(openStreamWindow(0), 200_000);
  expect(streamCredit(window, smallestWindowBytes)).toBe(0);
  expect(streamAcked(window, 200_001)).toBeUndefined();
});

test("512 streams and more share the node's budget with the smallest window each", () => {
  expect(windowFor(1)).toBe(256 * 1024);
  expect(windowFor(outputBudgetBytes / smallestWindowBytes)).toBe(smallestWindowBytes);
  expect(windowFor(1_000_000)).toBe(smallestWindowBytes);
});

test("a stream that leaves twice is counted once", () => {
  const budget = new OutputBudget();
  const held = Array.from({ length: 128 }, () => budget.enter());
  const shared = budget.windowBytes;
  held[0]?.[Symbol.dispose]();
  held[0]?.[Symbol.dispose]();
  expect(shared).toBe(128 * 1024);
  expect(budget.windowBytes).toBe(windowFor(127));
});
