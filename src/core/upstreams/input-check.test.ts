import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { expect, test } from "vitest";
import { misfit } from "./input-check.ts";

const tree = {
  type: "object",
  properties: { next: { $ref: "#" }, value: { type: "integer" } },
  additionalProperties: false,
};
const point = { type: "object", properties: { x: { type: "number", minimum: 0 } }, required: ["x"] };

const cases: { schema: Record<string, unknown>; good: unknown[]; bad: unknown[] }[] = [
  { schema: point, good: [{ x: 1 }, { x: 0, y: 2 }], bad: [{}, { x: "1" }, { x: -1 }, [], null] },
  { schema: tree, good: [{ next: { next: { value: 1 } } }], bad: [{ next: { value: 1.5 } }, { nxt: {} }] },
  { schema: { enum: ["a", { b: [1] }] }, good: ["a", { b: [1] }], bad: ["b", { b: [2] }, { b: 1 }] },
  { schema: { const: null }, good: [null], bad: [0, {}] },
  { schema: { type: ["string", "null"], maxLength: 2 }, good: ["ab", "😀😀", null], bad: ["abc", 1] },
  { schema: { type: "array", items: { type: "string" }, minItems: 1 }, good: [["a"]], bad: [[], [1], ["a", 2]] },
  { schema: { prefixItems: [{ type: "number" }], items: false, maxItems: 3 }, good: [[1], []], bad: [["a"], [1, 2]] },
  { schema: { anyOf: [{ type: "string" }, point] }, good: ["a", { x: 1 }], bad: [1, { x: "a" }] },
  { schema: { oneOf: [{ type: "number" }, { minimum: 2 }] }, good: [1], bad: [3] },
  { schema: { allOf: [point, { required: ["y"] }] }, good: [{ x: 1, y: 1 }], bad: [{ x: 1 }] },
  { schema: { not: { type: "string" } }, good: [1], bad: ["a"] },
  {
    schema: JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}'),
    good: [{ a: 1, b: 1 }, { c: 1 }],
    bad: [{ a: 1 }, {}],
  },
  { schema: { additionalProperties: { type: "boolean" } }, good: [{ a: true }], bad: [{ a: 1 }] },
  { schema: { multipleOf: 3, exclusiveMinimum: 3, exclusiveMaximum: 9 }, good: [6], bad: [3, 7, 9] },
  { schema: { $defs: { "a/b": { type: "string" } }, $ref: "#/$defs/a~1b" }, good: ["x"], bad: [1] },
  {
    schema: { minProperties: 1, maxProperties: 1, propertyNames: { maxLength: 1 } },
    good: [{ a: 1 }],
    bad: [{}, { ab: 1 }, { a: 1, b: 1 }],
  },
];

test("what fits a schema and what does not is told as a validator of JSON Schema tells it", () => {
  const reference = new AjvJsonSchemaValidator();
  for (const { schema, good, bad } of cases) {
    const validate = reference.getValidator(schema as never);
    for (const input of [...good, ...bad]) {
      const isGood = good.includes(input);
      expect([input, validate(input).valid]).toEqual([input, isGood]);
      expect([schema, input, misfit(schema, input) === undefined]).toEqual([schema, input, isGood]);
    }
  }
});

test("what does not fit is told with its place and what is expected there", () => {
  expect(misfit(tree, { next: { value: "1" } })).toBe("/next/value: expected integer");
  expect(misfit(point, {})).toBe("/x: expected a value");
  expect(misfit(tree, { nxt: 1 })).toBe("/nxt: expected no such field, but one of next, value");
  expect(misfit({ enum: ["a", "b"] }, "c")).toBe('the input: expected one of "a", "b"');
});

test("a schema that was made to be checked for ever, or a pattern, is left to its server", () => {
  const doubling: Record<string, unknown> = { $defs: { d0: { type: "object" } }, $ref: "#/$defs/d60" };
  const defs = doubling["$defs"] as Record<string, unknown>;
  for (let level = 1; level <= 60; level++) {
    const inner = { $ref: `#/$defs/d${level - 1}` };
    defs[`d${level}`] = { allOf: [inner, inner] };
  }
  expect(misfit(doubling, {})).toBeUndefined();
  expect(misfit({ $ref: "#" }, {})).toBeUndefined();
  expect(misfit({ anyOf: [{ $ref: "#" }, { $ref: "#" }] }, {})).toBeUndefined();
  expect(misfit({ pattern: "^(a+)+$", format: "email" }, `${"a".repeat(60)}!`)).toBeUndefined();
  const many = { items: { enum: Array.from({ length: 1000 }, (_, at) => ({ at })) } };
  expect(
    misfit(
      many,
      Array.from({ length: 10_000 }, () => ({ at: 999 })),
    ),
  ).toBeUndefined();
});
