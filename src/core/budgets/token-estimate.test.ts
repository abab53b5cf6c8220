import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { estimateTokens } from "./spending.ts";
import { tokensIn } from "./token-estimate.ts";

/** Texts with what a public tokenizer (o200k) counts in them. */
const samples = z.array(z.object({ name: z.string(), text: z.string(), o200k: z.int() }));
const file = join(import.meta.dirname, "../../../test/support/token-samples.json");

test("the estimate errs by less than a third on prose, code, data and CJK, and with its margin never to too few", async () => {
  const measured = samples.parse(JSON.parse(await readFile(file, "utf8")));
  expect(measured.length).toBeGreaterThan(5);
  for (const { name, text, o200k } of measured) {
    const ratio = tokensIn(text) / o200k;
    expect({ name, ratio: ratio > 0.9 && ratio < 1.34 ? "near" : ratio }).toEqual({ name, ratio: "near" });
    expect(estimateTokens([text])).toBeGreaterThanOrEqual(o200k);
  }
});

test("an empty text takes no tokens, and more text never takes fewer", () => {
  expect(tokensIn("")).toBe(0);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (one, other) => {
      // Where two texts meet, two words may become one.
      expect(tokensIn(one + other)).toBeGreaterThanOrEqual(Math.max(tokensIn(one), tokensIn(other)) - 2);
      expect(tokensIn(one)).toBeLessThanOrEqual(one.length + 1);
    }),
    { includeErrorInReport: true },
  );
});
