import fc from "fast-check";
import { expect, test } from "vitest";
import type { Scope } from "../../protocol/access-methods.ts";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { Caller } from "./caller.ts";
import { matches, mayUse, requireScope } from "./scopes.ts";

function caller(scopes: Scope[], tools: string[] = []): Caller {
  return {
    principal: "p" as PrincipalId,
    role: "user",
    token: "t" as TokenId,
    scopes: new Set(scopes),
    tools,
    roots: [],
    expiresAt: null,
    client: "test",
  };
}

test("each kind of tool needs its own scope", () => {
  const chat = { name: "chat", scope: "tools" } as const;
  const exec = { name: "exec", scope: "exec" } as const;
  const agent = { name: "agent", scope: "agent" } as const;
  const allowed = (scope: Scope) => [chat, exec, agent].filter((tool) => mayUse(caller([scope]), tool));
  expect(allowed("tools")).toEqual([chat]);
  expect(allowed("exec")).toEqual([exec]);
  expect(allowed("agent")).toEqual([agent]);
  expect(allowed("admin")).toEqual([]);
});

test("tool patterns narrow what the scopes allow, and no pattern means every tool", () => {
  const tool = (name: string) => ({ name, scope: "tools" }) as const;
  expect(mayUse(caller(["tools"]), tool("debug"))).toBe(true);
  expect(mayUse(caller(["tools"], ["de*"]), tool("debug"))).toBe(true);
  expect(mayUse(caller(["tools"], ["de*"]), tool("chat"))).toBe(false);
  expect(mayUse(caller(["observe"], ["*"]), tool("chat"))).toBe(false);
});

test("a missing scope is refused by name", () => {
  expect(() => requireScope(caller(["tools"]), "admin")).toThrow(
    expect.objectContaining({ code: "auth.scope", facts: { scope: "admin", has: ["tools"] } }),
  );
});

test("a pattern matches what the same regular expression matches", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(piece, text, (pattern, name) => {
      const slow = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(matches(pattern, name)).toBe(slow.test(name));
    }),
  );
});

test("a pattern that covers another matches everything the other one matches", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  fc.assert(
    fc.property(piece, piece, text, (outer, inner, name) => {
      fc.pre(matches(outer, inner));
      expect(matches(outer, name) || !matches(inner, name)).toBe(true);
    }),
  );
});

test("a pattern of many stars is answered at once", () => {
  expect(matches("*a".repeat(60), `${"a".repeat(100)}b`)).toBe(false);
});
