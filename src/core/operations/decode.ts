import type { z } from "zod";
import { Fault } from "../../protocol/fault.ts";

/** What a refusal repeats of a request is bounded: whoever sends a megabyte of mistakes gets about a kilobyte back. */
const maxIssues = 8;
const maxPath = 64;
const maxMessage = 160;
const maxSaid = 1000;

/** The value as its schema makes it, or `input.invalid` naming what is wrong: the first eight places. */
export function parseAs<S extends z.ZodType>(schema: S, value: unknown, thing: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, maxIssues).map(({ path, message }) => ({
    path: clipped(path.join("."), maxPath),
    message: clipped(message, maxMessage),
  }));
  const said = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new Fault("input.invalid", `Cannot take ${thing}: ${clipped(said, maxSaid)}`, { facts: { issues } });
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
