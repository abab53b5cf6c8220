import fc from "fast-check";
import { expect, test } from "vitest";
import {
  largestWindowBytes,
  OutputBudget,
  openStreamWindow,
  outputBudgetBytes,
  smallestWindowBytes,
  streamAcked,
  streamCredit,
  streamSent,
  windowFor,
} from "./stream-window.ts";

const KiB = 1024;

test("no order of sends and acks lets more than the window be unacknowledged, and acking all opens it again", () => {
  const step = fc.record({
    sends: fc.boolean(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    waitsMs: fc.nat(500),
  });
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.array(step), fc.integer({ min: 1, max: 2000 }), (start, all, active) => {
      let window = openStreamWindow(start);
      let nowMs = 0;
      for (const { sends, share, waitsMs } of all) {
        nowMs += waitsMs;
        const size = Math.min(windowFor(active), window.bytes);
        const credit = streamCredit(window, windowFor(active));
        expect(window.offset - window.acked + credit).toBeLessThanOrEqual(Math.max(size, window.offset - window.acked));
        const acked = window.acked + Math.floor((window.offset - window.acked) * share);
        window = sends
          ? streamSent(window, window.offset + Math.floor(credit * share), nowMs)
          : (streamAcked(window, acked, nowMs) ?? expect.unreachable());
      }
      const settled = streamAcked(window, window.offset, nowMs) ?? expect.unreachable();
      expect(streamCredit(settled, windowFor(active))).toBe(Math.min(windowFor(active), settled.bytes));
    }),
  );
});

test("a window that shrank below what is unacknowledged grants nothing, and takes nothing back", () => {
  const window = streamSent(openStreamWindow(0), 200_000, 0);
  expect(streamCredit(window, smallestWindowBytes)).toBe(0);
  expect(streamAcked(window, 200_001, 0)).toBeUndefined();
});

test("a small rest of a window waits until more of it is free", () => {
  const window = streamSent(openStreamWindow(0), 225 * KiB, 0);
  expect(streamCredit(window, largestWindowBytes)).toBe(0);
  expect(streamCredit(streamSent(openStreamWindow(0), 224 * KiB, 0), largestWindowBytes)).toBe(32 * KiB);
});

/** Reads all that it may be sent, so many bytes a second; answers the largest lag after a while, in milliseconds. */
function lagOf(bytesPerSecond: number): { lagMs: number; bytes: number } {
  let window = openStreamWindow(0);
  let nowMs = 0;
  let lagMs = 0;
  for (let round = 0; round < 200; round++) {
    const credit = streamCredit(window, largestWindowBytes);
    if (credit > 0) window = streamSent(window, window.offset + credit, nowMs);
    const waiting = window.offset - window.acked;
    lagMs = Math.max(lagMs, round < 50 ? 0 : (waiting / bytesPerSecond) * 1000);
    const some = Math.min(waiting, 64 * KiB);
    nowMs += (some / bytesPerSecond) * 1000;
    window = streamAcked(window, window.acked + some, nowMs) ?? expect.unreachable();
  }
  return { lagMs, bytes: window.bytes };
}

test("a fast reader gets a large window, a slow one never lags more than half a second behind", () => {
  expect(lagOf(500_000_000).bytes).toBe(largestWindowBytes);
  expect(lagOf(1_000_000).bytes).toBe(256 * KiB);
  for (const rate of [600_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000])
    expect(lagOf(rate).lagMs).toBeLessThan(500);
});

test("a reader that was fast and is slow now has its window taken back", () => {
  let window = openStreamWindow(0);
  for (let nowMs = 0; nowMs < 100; nowMs += 1)
    window =
      streamAcked(streamSent(window, window.offset + window.bytes, nowMs), window.offset + window.bytes, nowMs) ??
      window;
  expect(window.bytes).toBe(largestWindowBytes);
  for (let nowMs = 1000; nowMs < 10_000; nowMs += 1000) {
    const sent = streamSent(window, window.offset + 1, nowMs);
    window = streamAcked(sent, sent.offset, nowMs + 500) ?? expect.unreachable();
  }
  expect(window.bytes).toBe(256 * KiB);
});

test("512 streams and more share the node's budget with the smallest window each", () => {
  expect(windowFor(1)).toBe(largestWindowBytes);
  expect(windowFor(outputBudgetBytes / smallestWindowBytes)).toBe(smallestWindowBytes);
  expect(windowFor(1_000_000)).toBe(smallestWindowBytes);
});

test("a stream that leaves twice is counted once", () => {
  const budget = new OutputBudget();
  const held = Array.from({ length: 128 }, () => budget.enter());
  const shared = budget.windowBytes;
  held[0]?.[Symbol.dispose]();
  held[0]?.[Symbol.dispose]();
  expect(shared).toBe(128 * KiB);
  expect(budget.windowBytes).toBe(windowFor(127));
});
