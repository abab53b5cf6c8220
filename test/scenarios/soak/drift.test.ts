import { describe, expect, test } from "vitest";
import { mebibyte } from "../memory-of.ts";
import { driftOf, type Sample } from "./drift.ts";

function samples(heapOf: (turn: number) => number, handlesOf: (turn: number) => number = () => 30): Sample[] {
  return Array.from({ length: 30 }, (_, turn) => ({
    calls: turn * 1000,
    seconds: turn,
    heapBytes: heapOf(turn) * mebibyte,
    memoryBytes: 100 * mebibyte,
    handles: handlesOf(turn),
  }));
}

describe("a drift", () => {
  test("is none where the heap breathes around one size, however it began", () => {
    const drift = driftOf(samples((turn) => (turn < 8 ? 20 + 3 * turn : 42 + (turn % 3))));
    expect(drift.leaks).toEqual([]);
    expect(Math.abs(drift.heapShare)).toBeLessThan(0.05);
  });

  test("is told where the heap grows from call to call", () => {
    expect(driftOf(samples((turn) => 40 + turn)).leaks).toEqual(["the heap grew by 10.0 MB"]);
  });

  test("is told where handles are left open", () => {
    expect(
      driftOf(
        samples(
          () => 40,
          (turn) => 30 + 2 * turn,
        ),
      ).leaks,
    ).toEqual(["20 handles more are open"]);
  });

  test("is not told from too little", () => {
    expect(() => driftOf(samples(() => 40).slice(0, 4))).toThrow("from 4 samples");
  });
});
