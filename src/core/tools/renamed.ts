import { z } from "zod";
import { isRecord } from "../../base/is-record.ts";

/** A tool's input that other clients know by other names: `null` is a name that is taken and not used. */
export function renamed<S extends z.ZodType<Record<string, unknown>>>(
  schema: S,
  names: Readonly<Record<string, string | null>>,
): z.ZodPreprocess<S> {
  return z.preprocess((input) => (isRecord(input) ? withOwnNames(input, names) : input), schema);
}

/** A field under its own name goes before one under another. */
function withOwnNames(
  input: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string | null>>,
): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    const known = Object.hasOwn(names, name) ? names[name] : name;
    if (known === null || known === undefined) continue;
    if (known === name || !Object.hasOwn(input, known)) own[known] = value;
  }
  return own;
}
