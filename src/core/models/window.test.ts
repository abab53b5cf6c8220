import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AskingBench } from "../../../test/support/asking-bench.ts";
import { fitWindow, inputTokensOf } from "./window.ts";

/** A counterexample is told together with the assertion that failed on it. */
const told = { includeErrorInReport: true };
const tokens = fc.integer({ min: 1, max: 2_000_000 });
const limit = fc.oneof(tokens, fc.constant(null));

describe("the window", () => {
  test("holds input and answer together, and the answer is as long as may be", () => {
    fc.assert(
      fc.property(
        fc.nat(2_000_000),
        tokens,
        limit,
        limit,
        (inputTokens, outputTokens, contextTokens, maxOutputTokens) => {
          const fitting = fitWindow({ inputTokens, outputTokens }, { contextTokens, maxOutputTokens });
          const window = contextTokens ?? Number.POSITIVE_INFINITY;
          if (fitting.kind === "too-large") {
            expect(inputTokens - fitting.over).toBe(window - 1);
            return;
          }
          expect(fitting.outputTokens).toBeGreaterThanOrEqual(1);
          expect(inputTokens + fitting.outputTokens).toBeLessThanOrEqual(window);
          const most = Math.min(outputTokens, maxOutputTokens ?? Number.POSITIVE_INFINITY, window - inputTokens);
          expect(fitting.outputTokens).toBe(most);
        },
      ),
      told,
    );
  });

  test("is never fuller for less: leaving something out takes no more tokens", () => {
    const message = fc.record({
      role: fc.constant("user" as const),
      text: fc.string({ unit: "grapheme", maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (messages) => {
        expect(inputTokensOf({ messages: messages.slice(1) })).toBeLessThan(inputTokensOf({ messages }));
      }),
      told,
    );
  });

  test("counts images, files, tools, schemas and what a search may bring", () => {
    const plain = { messages: [{ role: "user" as const, text: "what is it?" }] };
    const file = { name: "a.png", mediaType: "image/png", bytes: new Uint8Array(3000) };
    const base = inputTokensOf(plain);
    const withParts = (parts: object) => inputTokensOf({ messages: [{ role: "user", text: "what is it?", ...parts }] });
    expect(withParts({ images: [file] }) - base).toBe(1600);
    expect(withParts({ files: [file] }) - base).toBe(1100);
    expect(withParts({ files: [{ ...file, uploaded: { id: "1", text: "x".repeat(3000) } }] })).toBeGreaterThan(
      base + 1000,
    );
    expect(inputTokensOf({ ...plain, webSearch: true }) - base).toBe(10_000);
    const tools = [{ name: "look_up", description: "x".repeat(300), schema: {} }];
    expect(inputTokensOf({ ...plain, tools })).toBeGreaterThan(base + 100);
  });

  test("that is too small for the prompt refuses the question before it is sent", async () => {
    await using bench = await AskingBench.open();
    using call = bench.context();
    await expect(bench.ask(call, { prompt: "x".repeat(400_000) })).rejects.toMatchObject({
      code: "input.too-large",
      facts: { model: "small-1", contextTokens: 100_000 },
    });
    expect(bench.vendor.seen).toEqual([]);
    expect(bench.ledger.all).toEqual([]);
  });
});
