import { expect, test } from "vitest";
import { z } from "zod";
import { inputSchemaOf, outputSchemaOf } from "./shown-schema.ts";

test("an input shows its fields, their types, choices, words and defaults, and no limits", () => {
  const shared = z.array(z.string().min(1).max(9)).max(3);
  const schema = z.strictObject({
    count: z.int().min(1).max(5).describe("How many."),
    ratio: z.number().min(0).max(2).optional(),
    mode: z.enum(["a", "b"]).default("a"),
    env: z.record(z.string().regex(/^[A-Z]+$/), z.string()),
    one: shared,
    other: shared.optional(),
    value: z.unknown().optional(),
  });
  expect(inputSchemaOf(schema)).toEqual({
    type: "object",
    properties: {
      count: { type: "integer", description: "How many." },
      ratio: { type: "number" },
      mode: { type: "string", enum: ["a", "b"], default: "a" },
      env: { type: "object", additionalProperties: { type: "string" } },
      one: { type: "array", items: { type: "string" } },
      other: { type: "array", items: { type: "string" } },
      value: {},
    },
    required: ["count", "env", "one"],
    additionalProperties: false,
  });
});

test("a field that is called like a word of JSON Schema is a field, and a default is left as it is", () => {
  const schema = z.object({ pattern: z.string(), format: z.object({ maximum: z.int() }).default({ maximum: 3 }) });
  expect(inputSchemaOf(schema)["properties"]).toEqual({
    pattern: { type: "string" },
    format: {
      type: "object",
      properties: { maximum: { type: "integer" } },
      required: ["maximum"],
      default: { maximum: 3 },
    },
  });
});

test("the shape of an answer leaves room for fields that a client does not know", () => {
  expect(outputSchemaOf(z.object({ inner: z.object({ a: z.literal("x") }) }))).toEqual({
    type: "object",
    properties: {
      inner: { type: "object", properties: { a: { type: "string", const: "x" } }, required: ["a"] },
    },
    required: ["inner"],
  });
});
