import type { z } from "zod";

/** One thing that is wrong with a value, in the words of a fault: what is so, and what was expected. */
export interface Mistake {
  /** The field, as in `files.0`; empty for the value as a whole. */
  path: string;
  /** As in `is missing, expected a text`. Of what was given it repeats numbers and names of fields, no text. */
  message: string;
}

type Issue = z.core.$ZodRawIssue;
type Words = { readonly [Code in Issue["code"]]: (issue: Extract<Issue, { code: Code }>) => string };

/** As its schema makes it, or every mistake in it. */
export function fitted<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { success: true; data: z.output<S> } | { success: false; mistakes: Mistake[] } {
  const parsed = schema.safeParse(value, { error: wordsOf });
  if (parsed.success) return parsed;
  const mistakes = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  return { success: false, mistakes };
}

/** The facts of a sentence: `Cannot …: <these>`. */
export function factsOf(mistakes: readonly Mistake[]): string {
  return mistakes.map(clauseOf).join("; ");
}

/** A rule of a schema's own may say what it expects and no more, or a sentence of its own. */
function clauseOf({ path, message }: Mistake): string {
  const subject = path === "" ? "it" : path;
  if (message.startsWith("expected ")) return `${subject} does not fit, ${message}`;
  if (/^(is|has) /.test(message)) return `${subject} ${message}`;
  return path === "" ? message : `${path}: ${message}`;
}

const words: Words = {
  invalid_type: ({ expected, input }) => `is ${kindOf(input)}, expected ${kinds[expected] ?? expected}`,
  too_small: ({ origin, minimum, inclusive, input }) =>
    `${sizeOf(origin, input, "few")}, expected ${inclusive === false ? "more than" : "at least"} ${countOf(origin, minimum)}`,
  too_big: ({ origin, maximum, inclusive, input }) =>
    `${sizeOf(origin, input, "many")}, expected ${inclusive === false ? "less than" : "at most"} ${countOf(origin, maximum)}`,
  invalid_format: ({ format, pattern }) =>
    `has another form, expected ${format === "regex" ? `a text that fits ${pattern}` : `the form ${format}`}`,
  not_multiple_of: ({ input, divisor }) => `is ${input}, expected a multiple of ${divisor}`,
  unrecognized_keys: ({ keys, inst }) => `has no field ${namesOf(keys)}, expected ${fieldsOf(inst)}`,
  invalid_union: ({ input, errors }) => misfitOf(input, errors),
  invalid_key: ({ issues }) => `has a name that does not fit: it ${issues[0]?.message}`,
  invalid_element: ({ issues }) => `has an entry that does not fit: it ${issues[0]?.message}`,
  invalid_value: ({ input, values }) =>
    `is ${input === undefined ? kindOf(input) : "none that is known"}, expected ${oneOf(values.map(String))}`,
  custom: () => "has a value that does not fit, expected another",
};

function wordsOf(issue: Issue): string {
  const wording = words[issue.code] as (issue: Issue) => string;
  return wording(issue);
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  nonoptional: "a value",
  never: "nothing",
};

/** A text may be a secret: of no value more is said than what kind it is. */
function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return String(value);
  return kinds[typeof value] ?? `a ${typeof value}`;
}

function sizeOf(origin: string, input: unknown, too: "few" | "many"): string {
  if (origin === "string") return too === "few" ? (input === "" ? "is empty" : "is too short") : "is too long";
  if (origin === "array" || origin === "set") return `has too ${too} entries`;
  return `is ${String(input)}`;
}

function countOf(origin: string, count: number | bigint): string {
  const unit = { string: "character", array: "entry", set: "entry" }[origin];
  if (unit === undefined) return String(count);
  return `${count} ${count === 1 ? unit : { character: "characters", entry: "entries" }[unit]}`;
}

/** More names in a sentence are no help. */
const mostNames = 24;

function namesOf(names: readonly string[]): string {
  const more = names.length > mostNames ? "…" : [];
  return [...names.slice(0, mostNames), more].flat().join(", ");
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? namesOf(names) : `one of ${namesOf(names)}`;
}

function fieldsOf(inst: Issue["inst"]): string {
  const def: object | undefined = inst?._zod.def;
  const shape = def !== undefined && "shape" in def ? Object.keys(def.shape as object) : [];
  return shape.length === 0 ? "none" : oneOf(shape);
}

/** What the form says that came furthest; else what each of them expected. */
function misfitOf(input: unknown, forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const firsts = forms.flatMap(([first]) => first ?? []);
  const inside = firsts.find(({ path }) => path.length > 0);
  if (inside !== undefined) return `has no form of it: ${clauseOf({ ...inside, path: inside.path.join(".") })}`;
  const wanted = firsts
    .flatMap(({ message }) => message.split(", expected ").slice(1))
    .flatMap((each) => each.split(" or "));
  const any = wanted.length === 0 ? "one of its forms" : [...new Set(wanted)].join(" or ");
  return `is ${kindOf(input)}, expected ${any}`;
}
