import { expect } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { Fault } from "../../protocol/fault.ts";
import { parseAs } from "./decode.ts";

const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
const long = { ["x".repeat(1_000_000)]: 1 };

const mistakes: [string, z.ZodType, unknown][] = [
  ["a hundred thousand unknown keys", z.strictObject({}), wide],
  ["a hundred thousand wrong values", z.record(z.string(), z.string()), wide],
  ["one key of a megabyte", z.strictObject({}), long],
  ["a wrong value under a key of a megabyte", z.record(z.string(), z.string()), long],
];

for (const [what, schema, value] of mistakes)
  promise("auth.frames", `${what}: the refusal takes a few kilobytes`, () => {
    const refuse = () => parseAs(schema, value, "the input");
    expect(refuse).toThrow(Fault);
    expect(refuse).toThrow(
      expect.toSatisfy((fault: Fault) => fault.code === "input.invalid" && sizeOf(fault) < 4096, "a short fault"),
    );
  });

promise("say.faults", "a refusal names every place that is wrong, up to eight of them", () => {
  const schema = z.strictObject({ a: z.string(), b: z.strictObject({ c: z.int() }) });
  expect(() => parseAs(schema, { a: 1, b: { c: "x" } }, "the input")).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^Cannot take the input: a is .*; b\.c is /),
      facts: { issues: [expect.objectContaining({ path: "a" }), expect.objectContaining({ path: "b.c" })] },
    }),
  );
});

function sizeOf(fault: Fault): number {
  return JSON.stringify(fault.view()).length;
}
