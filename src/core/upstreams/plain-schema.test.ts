import { expect, test } from "vitest";
import { misfit } from "./input-check.ts";
import { plainSchema } from "./plain-schema.ts";

test("types, fields and choices stay as they are", () => {
  const schema = {
    type: "object",
    properties: { count: { type: ["integer", "null"] }, names: { type: "array", items: { enum: ["a", "b"] } } },
    required: ["count"],
    anyOf: [{ properties: { kind: { const: 1 } } }],
  };
  expect(plainSchema(schema)).toEqual(schema);
});

test("what some reader could stumble over is left out, and nothing is refused that was taken", () => {
  const schema = {
    $schema: "no such dialect",
    $id: "../elsewhere",
    type: "object",
    additionalProperties: false,
    patternProperties: { "(": {} },
    properties: {
      pattern: { type: "string", pattern: "(", format: "none" },
      refers: { $ref: "#/$defs/gone", type: "number" },
      tuple: { type: "array", prefixItems: [{ type: "string" }], items: { type: "number" } },
      typed: { type: "text" },
      twice: { type: ["string", "string"], enum: [], required: ["a", "a"] },
      one: {
        oneOf: [
          { type: "string", minLength: 3 },
          { type: "string", maxLength: 2 },
        ],
      },
      ["__proto__"]: { type: "string" },
    },
    required: "all",
    if: { type: "string" },
  };
  expect(plainSchema(schema)).toEqual({
    type: "object",
    properties: {
      pattern: { type: "string" },
      refers: {},
      tuple: { type: "array" },
      typed: {},
      twice: { required: ["a"] },
      one: { anyOf: [{ type: "string" }, { type: "string" }] },
    },
  });
  const value = { pattern: "x", refers: "y", tuple: ["a", 1], one: "long", more: true };
  expect(misfit(plainSchema(schema), value)).toBeUndefined();
});

test("a schema without an end comes to one", () => {
  const deep: Record<string, unknown> = { type: "array" };
  deep["items"] = deep;
  expect(JSON.stringify(plainSchema(deep)).length).toBeLessThan(1000);
  const wide = { properties: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [n, { type: "string" }])) };
  expect(JSON.stringify(plainSchema(wide)).length).toBeLessThan(100_000);
  for (const none of [null, 7, "text", [], true]) expect(plainSchema(none)).toEqual({});
});
