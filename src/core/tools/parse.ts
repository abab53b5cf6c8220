import type { z } from "zod";
import { Fault } from "../../protocol/fault.ts";

/** The value as its schema makes it, or `input.invalid` naming every part that is wrong. */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, thing: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const said = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new Fault("input.invalid", `Cannot take ${thing}: ${said}`, { facts: { issues } });
}
