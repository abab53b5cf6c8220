import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { costOf, defaultLimits, estimateTokens, fitInto, limitsOf } from "./spending.ts";

const tokens = fc.nat(2_000_000);
const usd = fc.double({ min: 0, max: 100, noNaN: true });
const price = fc.record({ inputUsdPerMillion: usd, outputUsdPerMillion: usd });
const limit = fc.oneof(tokens, fc.constant(Number.POSITIVE_INFINITY));
const left = fc.record({
  inputTokens: limit,
  outputTokens: limit,
  usd: fc.oneof(usd, fc.constant(Number.POSITIVE_INFINITY)),
});
const want = fc.record({ inputTokens: tokens, outputTokens: fc.integer({ min: 1, max: 200_000 }) });

describe("what fits", () => {
  promise("run.budget", "never exceeds what is left nor what is wanted, whatever the numbers", () => {
    fc.assert(
      fc.property(want, left, fc.option(price), (wanted, remains, cost) => {
        const answer = fitInto(wanted, remains, cost);
        if (answer.kind !== "fits") return;
        const { charge } = answer;
        expect(charge.inputTokens).toBe(wanted.inputTokens);
        expect(charge.inputTokens).toBeLessThanOrEqual(remains.inputTokens);
        expect(charge.outputTokens).toBeGreaterThanOrEqual(1);
        expect(charge.outputTokens).toBeLessThanOrEqual(Math.min(wanted.outputTokens, remains.outputTokens));
        expect(charge.usd ?? 0).toBeLessThanOrEqual(remains.usd + 1e-9);
      }),
    );
  });

  test("is as much as can be had: one token more would be too many", () => {
    fc.assert(
      fc.property(want, left, price, (wanted, remains, cost) => {
        const answer = fitInto(wanted, remains, cost);
        if (answer.kind !== "fits" || answer.charge.outputTokens === wanted.outputTokens) return;
        const more = answer.charge.outputTokens + 1;
        const moreUsd = costOf({ inputTokens: wanted.inputTokens, outputTokens: more }, cost) ?? 0;
        expect(more > remains.outputTokens || moreUsd > remains.usd - 1e-9).toBe(true);
      }),
    );
  });

  test("grows with what is left", () => {
    fc.assert(
      fc.property(want, left, price, usd, (wanted, remains, cost, extra) => {
        const before = fitInto(wanted, remains, cost);
        const after = fitInto(wanted, { ...remains, usd: remains.usd + extra }, cost);
        if (before.kind !== "fits") return;
        expect(after.kind === "fits" && after.charge.outputTokens).toBeGreaterThanOrEqual(before.charge.outputTokens);
      }),
    );
  });

  promise("run.budget", "is nothing under a money limit where the price is unknown", () => {
    fc.assert(
      fc.property(want, left, usd, (wanted, remains, money) => {
        expect(fitInto(wanted, { ...remains, usd: money }, null).kind).toBe("price-unknown");
      }),
    );
  });

  test("is told with what is missing", () => {
    const remains = { inputTokens: 10, outputTokens: 0, usd: Number.POSITIVE_INFINITY };
    expect(fitInto({ inputTokens: 11, outputTokens: 5 }, remains, null)).toEqual({
      kind: "short",
      limit: "inputTokens",
      needed: 11,
      left: 10,
    });
    expect(fitInto({ inputTokens: 9, outputTokens: 5 }, remains, null)).toMatchObject({
      limit: "outputTokens",
      left: 0,
    });
  });
});

test("an estimate is never below a token for four bytes, and grows with every text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.string({ unit: "grapheme" }), (texts, more) => {
      const bytes = Buffer.byteLength(texts.join(""));
      expect(estimateTokens(texts)).toBeGreaterThanOrEqual(bytes / 4);
      expect(estimateTokens([...texts, more])).toBeGreaterThan(estimateTokens(texts));
    }),
  );
});

test("a call's own budget goes before the defaults, part by part", () => {
  expect(limitsOf({ modelCalls: 2, usd: 1 })).toEqual({ ...defaultLimits, modelCalls: 2, usd: 1 });
  expect(limitsOf({}).modelCalls).toBe(5);
});
