import { isRecord } from "../../base/is-record.ts";

type Schema = Readonly<Record<string, unknown>>;

/** More looks than this a schema of a stranger does not get: what is left is the server's to judge. */
const mostLooks = 20_000;
const mostDepth = 128;

/**
 * What of `input` does not fit a JSON Schema, as *place: what is expected*; `undefined` where nothing was found. A
 * stranger's schema can be made so that checking it takes for ever: it takes a bounded time, no pattern of it is run,
 * no code is made of it, and nothing outside of it is looked up. What is left out so is judged by the server itself.
 */
export function misfit(schema: Schema, input: unknown): string | undefined {
  return new Check(schema).look(schema, { value: input, place: "", depth: 0 });
}

/** A value and where it lies. */
interface Spot {
  value: unknown;
  place: string;
  depth: number;
}

type Rule = (check: Check, schema: Schema, spot: Spot) => string | undefined;

class Check {
  readonly #root: Schema;
  #looks = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  look(schema: unknown, spot: Spot): string | undefined {
    this.spend(1);
    if (this.isOver || spot.depth > mostDepth) return undefined;
    if (schema === false) return said(spot, "nothing");
    if (!isRecord(schema)) return undefined;
    for (const rule of rules) {
      const found = rule(this, schema, spot);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  get isOver(): boolean {
    return this.#looks > mostLooks;
  }

  spend(looks: number): void {
    this.#looks += looks;
  }

  /** Of JSON values; what there is no time for is the same. */
  isSame(one: unknown, other: unknown): boolean {
    this.spend(1);
    if (one === other || this.isOver) return true;
    if (Array.isArray(one) && Array.isArray(other))
      return one.length === other.length && one.every((each, at) => this.isSame(each, other[at]));
    if (!isRecord(one) || !isRecord(other)) return false;
    const names = Object.keys(one);
    const otherNames = Object.keys(other);
    this.spend(names.length + otherNames.length);
    if (names.length !== otherNames.length) return false;
    return names.every((name) => Object.hasOwn(other, name) && this.isSame(one[name], other[name]));
  }

  fits(schema: unknown, spot: Spot): boolean {
    return this.look(schema, spot) === undefined;
  }

  /** What a reference inside this schema leads to; `undefined` for any other. */
  resolve(reference: string): unknown {
    if (reference === "#") return this.#root;
    if (!reference.startsWith("#/")) return undefined;
    const names = reference.slice(2).split("/").map(unescaped);
    return names.reduce<unknown>((at, name) => ownValue(at, name), this.#root);
  }
}

const rules: readonly Rule[] = [
  (check, { $ref: reference }, spot) =>
    typeof reference === "string" ? check.look(check.resolve(reference) ?? true, deeper(spot)) : undefined,
  (_, { type }, spot) => {
    const types = (Array.isArray(type) ? type : [type]).filter((each) => typeof each === "string");
    return types.length === 0 || types.some((each) => isOfType(each, spot.value))
      ? undefined
      : said(spot, types.join(" or "));
  },
  (check, schema, spot) =>
    Object.hasOwn(schema, "const") && !check.isSame(schema["const"], spot.value)
      ? said(spot, shown(schema["const"]))
      : undefined,
  (check, { enum: choices }, spot) =>
    Array.isArray(choices) && !choices.some((choice) => check.isSame(choice, spot.value))
      ? said(spot, `one of ${choices.slice(0, 20).map(shown).join(", ")}`)
      : undefined,
  (_, schema, spot) => (typeof spot.value === "number" ? numberMisfit(schema, spot, spot.value) : undefined),
  (_, schema, spot) => (typeof spot.value === "string" ? lengthMisfit(schema, spot, spot.value) : undefined),
  (check, schema, spot) => (Array.isArray(spot.value) ? itemsMisfit(check, schema, spot) : undefined),
  (check, schema, spot) =>
    isRecord(spot.value) ? fieldsMisfit(check, schema, { ...spot, value: spot.value }) : undefined,
  (check, { allOf }, spot) => firstOf(listOf(allOf), (each) => check.look(each, deeper(spot))),
  (check, { anyOf }, spot) => {
    const choices = listOf(anyOf);
    if (choices.length === 0 || choices.some((each) => check.fits(each, deeper(spot)))) return undefined;
    return choices.length === 1 ? check.look(choices[0], deeper(spot)) : said(spot, "what one of its forms allows");
  },
  (check, { oneOf }, spot) => {
    const choices = listOf(oneOf);
    if (choices.length === 0) return undefined;
    const fitting = choices.filter((each) => check.fits(each, deeper(spot)));
    return fitting.length === 1 || check.isOver ? undefined : said(spot, "what exactly one of its forms allows");
  },
  (check, schema, spot) =>
    Object.hasOwn(schema, "not") && check.fits(schema["not"], deeper(spot)) && !check.isOver
      ? said(spot, "something else")
      : undefined,
  (check, schema, spot) => {
    if (!Object.hasOwn(schema, "if")) return undefined;
    const branch = check.fits(schema["if"], deeper(spot)) ? schema["then"] : schema["else"];
    return branch === undefined ? undefined : check.look(branch, deeper(spot));
  },
];

function numberMisfit(schema: Schema, spot: Spot, value: number): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number" && value < minimum) return said(spot, `at least ${minimum}`);
  if (typeof maximum === "number" && value > maximum) return said(spot, `at most ${maximum}`);
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum)
    return said(spot, `more than ${exclusiveMinimum}`);
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum)
    return said(spot, `less than ${exclusiveMaximum}`);
  // Of fractions nobody can tell exactly.
  if (Number.isInteger(multipleOf) && value % Number(multipleOf) !== 0)
    return said(spot, `a multiple of ${multipleOf}`);
  return undefined;
}

function lengthMisfit({ minLength, maxLength }: Schema, spot: Spot, value: string): string | undefined {
  // In code points, which are never more than what is counted here.
  if (typeof minLength === "number" && value.length < minLength) return said(spot, `at least ${minLength} characters`);
  if (typeof maxLength === "number" && value.length > maxLength && [...value].length > maxLength)
    return said(spot, `at most ${maxLength} characters`);
  return undefined;
}

function itemsMisfit(check: Check, schema: Schema, spot: Spot): string | undefined {
  const values = listOf(spot.value);
  const { minItems, maxItems, prefixItems, items } = schema;
  if (typeof minItems === "number" && values.length < minItems) return said(spot, `at least ${minItems} items`);
  if (typeof maxItems === "number" && values.length > maxItems) return said(spot, `at most ${maxItems} items`);
  const first = [...listOf(prefixItems), ...(Array.isArray(items) ? items : [])];
  const others = Array.isArray(items) ? schema["additionalItems"] : items;
  return firstOf(values.slice(0, mostLooks), (value, at) => {
    const rule = at < first.length ? first[at] : others;
    return rule === undefined ? undefined : check.look(rule, inside(spot, String(at), value));
  });
}

function fieldsMisfit(
  check: Check,
  schema: Schema,
  spot: Spot & { value: Readonly<Record<string, unknown>> },
): string | undefined {
  const { value } = spot;
  const names = Object.keys(value);
  const { minProperties, maxProperties, additionalProperties, propertyNames } = schema;
  const required = listOf(schema["required"]);
  check.spend(required.length);
  const missing = required.find((name) => typeof name === "string" && !Object.hasOwn(value, name));
  if (missing !== undefined) return said(inside(spot, String(missing), undefined), "a value");
  if (typeof minProperties === "number" && names.length < minProperties)
    return said(spot, `at least ${minProperties} fields`);
  if (typeof maxProperties === "number" && names.length > maxProperties)
    return said(spot, `at most ${maxProperties} fields`);
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  // Which names a pattern means is the server's to say.
  const others = schema["patternProperties"] === undefined ? additionalProperties : undefined;
  return firstOf(names.slice(0, mostLooks), (name) => {
    const at = inside(spot, name, value[name]);
    if (propertyNames !== undefined && !check.fits(propertyNames, inside(spot, name, name)))
      return said(at, "no such field");
    if (Object.hasOwn(properties, name)) return check.look(properties[name], at);
    if (others === false)
      return said(at, `no such field, but one of ${Object.keys(properties).slice(0, 50).join(", ")}`);
    return others === undefined ? undefined : check.look(others, at);
  });
}

function firstOf<T>(values: readonly T[], find: (value: T, at: number) => string | undefined): string | undefined {
  for (const [at, value] of values.entries()) {
    const found = find(value, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isInteger(value);
  return !["string", "number", "boolean"].includes(type) || typeof value === type;
}

function deeper(spot: Spot): Spot {
  return { ...spot, depth: spot.depth + 1 };
}

function inside({ place, depth }: Spot, name: string, value: unknown): Spot {
  return { value, place: `${place}/${name.slice(0, 100)}`, depth: depth + 1 };
}

function said({ place }: Spot, expected: string): string {
  return `${place === "" ? "the input" : place}: expected ${expected}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function ownValue(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function unescaped(name: string): string {
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}
