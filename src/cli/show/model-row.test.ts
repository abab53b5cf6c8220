import { expect, test } from "vitest";
import { modelRow } from "./model-row.ts";

test("a model is a row, and what is not known is a dash", () => {
  expect(modelRow({ provider: "own", model: "llama", ready: true })).toEqual([
    "own/llama",
    "-",
    "-",
    "-",
    "-",
    "-",
    "ready",
  ]);
  const line = {
    provider: "ash",
    model: "ash-1",
    contextTokens: 204_800,
    maxOutputTokens: 131_072,
    price: { inputUsdPerMillion: 0.6, outputUsdPerMillion: 2.2 },
    abilities: ["tools", "thinking"],
  };
  expect(modelRow({ ...line, ready: false, reason: "not configured: set ASH_API_KEY" })).toEqual([
    "ash/ash-1",
    "205k",
    "131k",
    "0.6",
    "2.2",
    "tools,thinking",
    "not configured: set ASH_API_KEY",
  ]);
});

test("a provider that failed says so, though it may be asked", () => {
  const lastFault = { code: "model.silent" as const, message: "Cannot answer", at: 0 };
  const row = modelRow({
    provider: "ash",
    model: "ash-1",
    ready: true,
    health: { state: "half-open", slots: 1, lastFault },
  });
  expect(row.at(-1)).toBe("ready (breaker half-open, last model.silent)");
});
