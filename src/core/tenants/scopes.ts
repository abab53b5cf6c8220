import type { Scope } from "../../protocol/access-methods.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Caller } from "./caller.ts";

/** What decides whether a tool may be used. */
export interface Usable {
  name: string;
  scope: Scope;
}

/** Whether the token's scopes and tool patterns allow this tool, and the run that it belongs to was given it. */
export function mayUse(caller: Pick<Caller, "scopes" | "tools" | "allowance">, tool: Usable): boolean {
  if (!caller.scopes.has(tool.scope)) return false;
  if (caller.allowance?.tools.includes(tool.name) === false) return false;
  return caller.tools.length === 0 || caller.tools.some((pattern) => matches(pattern, tool.name));
}

/** Refuses with `auth.scope` unless the token has this scope. What a running call shows never administers. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (scope === "admin" && caller.call !== undefined) {
    throw new Fault(
      "auth.scope",
      "Cannot do this: the credential of a running call does not administer, expected a token of its own",
      {
        facts: { scope },
      },
    );
  }
  if (caller.scopes.has(scope)) return;
  throw new Fault("auth.scope", `Cannot do this: the token lacks the scope ${scope}, expected a token that has it`, {
    facts: { scope, has: [...caller.scopes] },
  });
}

/**
 * Whether `pattern` matches the whole of `text`; `*` stands for any run of characters. Takes at most
 * pattern × text steps, whatever the pattern. A pattern given as `text` is matched only if everything that
 * it would match is matched too, because no literal part matches its `*`.
 */
export function matches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let place = 0;
  while (place < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      resumeAt = place;
    } else if (pattern[at] === text[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++resumeAt;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
