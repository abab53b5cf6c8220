import type { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { factsOf, fitted } from "../../protocol/mistakes.ts";

/** What a refusal repeats of a request is bounded: whoever sends a megabyte of mistakes gets about a kilobyte back. */
const maxIssues = 8;
const maxPath = 64;
const maxMessage = 300;
const maxSaid = 1000;

/** The value as its schema makes it, or `input.invalid` naming what is wrong: the first eight places. */
export function parseAs<S extends z.ZodType>(schema: S, value: unknown, thing: string): z.output<S> {
  const parsed = fitted(schema, value);
  if (parsed.success) return parsed.data;
  const issues = parsed.mistakes.slice(0, maxIssues).map(({ path, message }) => ({
    path: clipped(path, maxPath),
    message: clipped(message, maxMessage),
  }));
  throw new Fault("input.invalid", `Cannot take ${thing}: ${clipped(factsOf(issues), maxSaid)}`, { facts: { issues } });
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
