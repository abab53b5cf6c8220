import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/tenants/expiries.ts", find: "for (const token of due) this.#onExpired(token);", replace: "" },
  {
    file: "src/core/tenants/standing.ts",
    find: "token.expiresAt <= nowMs",
    replace: "token.expiresAt <= 0",
  },
  {
    file: "src/core/tenants/known-tokens.ts",
    find: "if (revokedAt !== null) this.#parts.onRevoked(id);",
    replace: "if (revokedAt !== null) continue;",
  },
  {
    file: "src/core/store/verbs/tokens.ts",
    find: "if (ended.revokedAt !== null) yield* endSessions({ token: id });",
    replace: "",
  },
  {
    file: "src/core/tenants/known-tokens.ts",
    find: "      else if (expiresAt !== null) this.#parts.onShortened(id, expiresAt);\n",
    replace: "",
  },
  {
    file: "src/core/tenants/sessions.ts",
    find: "await this.#credentials.admit(caller.token, client.name);",
    replace: "",
  },
  {
    file: "src/core/tenants/grant.ts",
    find: "for (const scope of grant.scopes) if (!giver.scopes.has(scope)) throw",
    replace: "for (const scope of grant.scopes) if (giver.scopes.size === 0) throw",
  },
  // A sibling counts as inside.
  { file: "src/base/is-inside.ts", find: "!way.startsWith(`..${sep}`)", replace: "way !== `..${sep}`" },
  // A stream outlives its token.
  {
    file: "src/gateways/http/open-requests.ts",
    find: "const { admitted: caller } = exchange;",
    replace: "const caller = this.#open.size < 0 ? exchange.admitted : undefined;",
  },
  // A WebSocket outlives its token.
  {
    file: "src/gateways/websocket/open-session.ts",
    find: "isEndedBy(this.#caller, ended)",
    replace: "this.#caller.client === ended.token",
  },
  // A call of an earlier start goes on with a tool that its token no longer allows.
  {
    file: "src/core/tenants/objection.ts",
    find: "if (mayUse({ scopes: new Set(token.scopes), tools: token.tools }, tool)) return undefined;",
    replace: "if (token.scopes.length > 0) return undefined;",
  },
  {
    file: "src/core/calls/runs.ts",
    find: 'if (isTheirs) run.cancel("caller", "its credential was revoked");',
    replace: 'if (isTheirs && run.phase !== "accepted") run.cancel("caller", "its credential was revoked");',
  },
  // Who was revoked lives on in what it was rotated into.
  {
    file: "src/core/tenants/administration.ts",
    find: 'caller.scopes.has("admin") ? undefined : caller.token;',
    replace: "undefined;",
  },
  // Who is replaced at once lives on in it.
  {
    file: "src/core/store/verbs/tokens.ts",
    find: "return yield* endToken({ ...old, but: maker });",
    replace: "const ended = yield* endOne(old);\n  return ended ? [ended] : [];",
  },
  // What is gone breaks the chain.
  { file: "src/core/store/verbs/retention.ts", find: "  yield* handOnHeirs(endedBefore);\n", replace: "" },
  // Only the next in the chain ends.
  {
    file: "src/core/store/verbs/tokens.ts",
    find: "ON h.maker = m.id WHERE",
    replace: "ON h.maker = m.id WHERE 1 = 0 AND",
  },
  // Whoever is revoked while it rotates another's token has that.
  {
    file: "src/core/store/verbs/tokens.ts",
    find: "  if (maker !== undefined && (yield* rowOf(maker))?.revokedAt !== null) return [];\n",
    replace: "",
  },
  // What a running call opened outlives it.
  {
    file: "src/core/tenants/is-ended-by.ts",
    find: "(call !== undefined && caller.call === call)",
    replace: "call === caller.token",
  },
  {
    file: "src/gateways/http/open-requests.ts",
    find: "isEndedBy(caller, ended)",
    replace: "caller.token === ended.token",
  },
  // Sessions outlive their token over MCP.
  {
    file: "src/core/tenants/sessions.ts",
    find: "if (row === undefined || row.expiresAt <= this.#clock.wallMs()) return undefined;\n    return",
    replace: "return",
  },
  // Whoever was let in a moment ago is let in after the end of the token.
  {
    file: "src/core/tenants/known-tokens.ts",
    find: "    this.#known.clear();\n",
    replace: "",
  },
  // Sessions of who is suspended can be resumed once that is over.
  {
    file: "src/core/store/verbs/tenants.ts",
    find: '  yield* rows("DELETE FROM sessions WHERE principal = $1", request.id);\n',
    replace: "",
  },
  // Connections of who was removed stay open.
  {
    file: "src/core/tenants/known-tokens.ts",
    find: "for (const id of removed?.tokens ?? []) this.#parts.onRevoked(id);",
    replace: "",
  },
  // What was read before the end is kept behind it.
  {
    file: "src/core/tenants/known-tokens.ts",
    find: "if (changes === this.#changes)",
    replace: "if (changes <= this.#changes)",
  },
  // A token that ends while a call is being accepted over MCP is answered all the same, in a session.
  {
    file: "src/gateways/mcp/http/mcp-session.ts",
    find: "    exchange.throwIfOver();\n",
    replace: "",
  },
  // And outside of sessions.
  {
    file: "src/gateways/mcp/http/exchanges.ts",
    find: "    exchange.throwIfOver();\n",
    replace: "",
  },
  // A program of a run has more of a server behind than it was given.
  {
    file: "src/core/upstreams/library.ts",
    find: "if (caller.allowance === undefined) yield*",
    replace: "yield*",
  },
  // A new owner's token that the disk does not take is gone.
  {
    file: "src/cli/tokens.ts",
    find: "    // Nobody else has it.\n    showCreated(shell.screen, rotated);",
    replace: "    if (!isKept) showCreated(shell.screen, rotated);",
  },
];
