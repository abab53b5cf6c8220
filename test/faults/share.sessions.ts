import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/store/verbs/sessions.ts",
    find: "(counted?.known ?? 0) + 1 - max",
    replace: "(counted?.known ?? 0) - max",
  },
  // Everybody shares one limit.
  {
    file: "src/core/store/verbs/sessions.ts",
    find: "FROM sessions WHERE principal = $1 AND expires_at > $2",
    replace: "FROM sessions WHERE $1 <> '' AND expires_at > $2",
  },
  // Who is there is thrown out for who comes.
  { file: "src/core/tenants/sessions.ts", find: "now - this.#ttlMs * idleShare", replace: "now + 1" },
  // Who went without a word locks out who comes.
  { file: "src/core/store/verbs/sessions.ts", find: "if (idle.length < excess)", replace: "if (excess > 0)" },
  // A farewell is not heard.
  { file: "src/core/tenants/sessions.ts", find: "await this.#store.endSessions({ session });", replace: "" },
  // Another token brings another rate.
  {
    file: "src/core/admission/rates.ts",
    find: "buckets.take(caller.principal)",
    replace: "buckets.take(caller.token)",
  },
  // A connection closed twice makes room for two.
  {
    file: "src/core/admission/rates.ts",
    find: "        if (open) this.#connections",
    replace: "        this.#connections",
  },
  // Streams count for nothing.
  {
    file: "src/gateways/http/events.ts",
    find: "  using _connection = parts.rates.connection(asked.caller);\n",
    replace: "",
  },
  // Who only waits counts for nothing.
  {
    file: "src/gateways/http/execute.ts",
    find: "waitMs === 0 ? undefined : parts.rates.connection(asked.caller)",
    replace: "undefined",
  },
  // A session that nobody comes back to counts on.
  {
    file: "src/gateways/websocket/connection.ts",
    find: "code === CLOSE.bye",
    replace: "code === CLOSE.internal",
  },
  // Requests of a session count for nothing.
  {
    file: "src/gateways/mcp/http/session-routes.ts",
    find: "    using _connection = this.#parts.rates.connection(exchange.caller);\n    await session.answer(exchange, message);",
    replace: "    await session.answer(exchange, message);",
  },
  // Whoever acts for a running call has as many as it likes.
  {
    file: "src/gateways/mcp/http/mcp-sessions.ts",
    find: "if (excess <= 0) return;\n    const idle",
    replace: "if (excess <= 1000) return;\n    const idle",
  },
];
