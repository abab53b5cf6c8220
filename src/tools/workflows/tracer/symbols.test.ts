import { expect, test } from "vitest";
import { pathsIn, symbolsIn } from "./symbols.ts";

test("symbols are told apart from words: what is set apart as code goes first", () => {
  expect(symbolsIn("How does the Session class get from openSession() to `close`?")).toEqual(["close", "openSession"]);
  expect(symbolsIn("Trace PaymentService::charge and order_total through the checkout")).toEqual([
    "PaymentService.charge",
    "order_total",
  ]);
  expect(symbolsIn("Who calls Admission.enter#now")).toEqual(["Admission.enter.now"]);
  expect(symbolsIn("please trace how users log in")).toEqual([]);
});

test("paths are no symbols", () => {
  const text = "the parser in src/core/json_reader.ts, and lib/a.b.py: who needs `readJson`";
  expect(symbolsIn(text)).toEqual(["readJson"]);
  expect(pathsIn(text)).toEqual(["src/core/json_reader.ts", "lib/a.b.py"]);
});

test("at most three symbols, each once, however long the text", () => {
  expect(symbolsIn("aB aB cD eF gH".repeat(2000))).toHaveLength(3);
});
