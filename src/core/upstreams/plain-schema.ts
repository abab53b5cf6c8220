import { isRecord } from "../../base/is-record.ts";

type Schema = Readonly<Record<string, unknown>>;

const types = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);
const mostDepth = 16;
const mostSchemas = 1000;
const mostChoices = 256;

/**
 * A stranger's JSON Schema in words that every reader of schemas takes: types, fields, choices. What it takes, this
 * takes too, and more where it says it by other words, by references, or at too great a length.
 */
export function plainSchema(schema: unknown): Record<string, unknown> {
  return new Reading().plain(schema, 0);
}

class Reading {
  #schemas = 0;

  plain(schema: unknown, depth: number): Record<string, unknown> {
    this.#schemas += 1;
    if (!isRecord(schema) || Object.hasOwn(schema, "$ref") || depth > mostDepth || this.#schemas > mostSchemas)
      return {};
    const within = (inner: unknown) => this.plain(inner, depth + 1);
    return defined({
      type: typeOf(schema["type"]),
      properties: fieldsOf(schema["properties"], within),
      required: namesOf(schema["required"]),
      // Beside a tuple it means what comes behind that alone.
      items: isRecord(schema["items"]) && schema["prefixItems"] === undefined ? within(schema["items"]) : undefined,
      enum: choicesOf(schema["enum"]),
      const: schema["const"],
      // Of what is said less exactly here, several may fit where one did.
      anyOf: branchesOf(schema["anyOf"] ?? schema["oneOf"], within),
    });
  }
}

type Within = (schema: unknown) => Record<string, unknown>;

function typeOf(type: unknown): unknown {
  const named = Array.isArray(type) ? type : [type];
  const isPlain = named.length > 0 && named.every((name) => types.has(name)) && new Set(named).size === named.length;
  return isPlain ? type : undefined;
}

function fieldsOf(properties: unknown, within: Within): unknown {
  if (!isRecord(properties)) return undefined;
  const named = Object.entries(properties).filter(([name]) => name !== "__proto__");
  return Object.fromEntries(named.map(([name, schema]) => [name, within(schema)]));
}

function namesOf(names: unknown): unknown {
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? [...new Set(names)] : undefined;
}

function choicesOf(choices: unknown): unknown {
  if (!Array.isArray(choices) || choices.length === 0 || choices.length > mostChoices) return undefined;
  return [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
}

function branchesOf(branches: unknown, within: Within): unknown {
  return Array.isArray(branches) && branches.length > 0 ? branches.map(within) : undefined;
}

function defined(fields: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
