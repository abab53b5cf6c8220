import type { Kind } from "./command.ts";

const number = /^[+-]?\d{1,15}$/;
const maxMatched = 4096;

/** What is wrong with a value, as the end of a sentence; `undefined` where it is of its kind. Where a path leads is looked at later. */
export function objectionTo(value: string, kind: Kind): string | undefined {
  if (value.includes("\0")) return "it holds a NUL, expected text";
  if (kind === "text") return undefined;
  if (kind === "number") return number.test(value) ? undefined : "expected a whole number";
  if (kind === "path") return objectionToPath(value);
  if ("oneOf" in kind) return kind.oneOf.includes(value) ? undefined : `expected one of ${kind.oneOf.join(", ")}`;
  const isMatch = value.length <= maxMatched && new RegExp(`^(?:${kind.match})$`).test(value);
  return isMatch ? undefined : `expected what ${kind.match} matches`;
}

function objectionToPath(value: string): string | undefined {
  if (value === "") return "it is empty, expected a path";
  return value.startsWith("-") && value !== "-" ? "it begins with a dash, expected a path such as ./-name" : undefined;
}
