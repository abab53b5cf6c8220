import { z } from "zod";
import { principalId, tokenId } from "./ids.ts";
import { acts, looks, type MethodContract } from "./method-contract.ts";

/**
 * What a token lets in to: `tools` to models and other tools, `exec` to commands, `agent` to agent runs, `observe` to
 * metrics, and as owner or operator to what others run and spend, never its content; `admin` to principals, tokens and
 * the daemon itself. A tool needs one of the first three.
 */
export const scopes = ["tools", "exec", "agent", "observe", "admin"] as const;
export const scope = z.enum(scopes);
export type Scope = z.infer<typeof scope>;

/** What a principal may do beside its own work. There is one owner: whoever runs the daemon. */
export const role = z.enum(["owner", "operator", "user"]);
export type Role = z.infer<typeof role>;

/** A token without its secret. Times are in milliseconds since 1970. */
export const tokenView = z.object({
  id: tokenId,
  principal: principalId,
  name: z.string(),
  scopes: z.array(scope),
  /** Patterns of the tools that it may use, as `tokenCreate` has them; empty for all of its scopes. */
  tools: z.array(z.string()),
  /** Absolute directories below which it reaches files, as far as the daemon's own still hold them; `*` is all of those. */
  roots: z.array(z.string()),
  createdAt: z.number(),
  /** Null for never. */
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  /** What its calls may spend on models a day (UTC); null where only its principal's limits hold. */
  usdPerDay: z.number().nullable(),
  /** Input and output together, a day (UTC); null where only its principal's limits hold. */
  tokensPerDay: z.int().nullable(),
});
/** A token without its secret. */
export type TokenView = z.infer<typeof tokenView>;

/** In the list: also when somebody last came in with it since the daemon's start; null where nobody has. */
export const tokenListed = tokenView.extend({ lastUsedAt: z.number().nullable() });
/** A token as the list shows it. */
export type TokenListed = z.infer<typeof tokenListed>;

/** What a new token is to be. Needs `admin`; scopes and tools wider than the maker's are refused with `auth.scope`. */
export const tokenCreate = z.strictObject({
  /** For people; need not be unique. */
  name: z.string().min(1).max(100),
  /** Whose it is; without it the caller's own. */
  principal: principalId.optional(),
  scopes: z.array(scope).min(1).default(["tools"]),
  /** Patterns of tool names, `*` stands for any run of characters. Empty means every tool of the scopes. */
  tools: z.array(z.string().max(128)).max(64).default([]),
  /** Absolute directories inside `EXAI_ROOTS`; none by default. `*`, all of those, is the owner's to give. */
  roots: z.array(z.string().max(4096)).max(32).default([]),
  /** How long it is good from now; without it until it is revoked. */
  ttlMs: z
    .int()
    .min(1000)
    .max(10 * 365 * 86_400_000)
    .optional(),
  /** Limits of its own for a day (UTC), beside its principal's. */
  usdPerDay: z.number().min(0).max(1_000_000).optional(),
  tokensPerDay: z.int().min(0).max(1_000_000_000_000).optional(),
});

/** The secret is shown once, here. */
export const tokenCreated = z.object({ token: z.string(), view: tokenView });

/** Somebody who may have tokens, calls and conversations. Times are in milliseconds since 1970. */
export const principalView = z.object({
  id: principalId,
  name: z.string(),
  role,
  createdAt: z.number(),
  /** Null while it is let in. */
  suspendedAt: z.number().nullable(),
});
/** A principal as the list shows it. */
export type PrincipalView = z.infer<typeof principalView>;

const none = z.strictObject({});
const thePrincipal = z.strictObject({ id: principalId });

/** Who may come in, and with what. */
export const accessMethods = {
  "token.create": {
    ...acts,
    params: tokenCreate,
    result: tokenCreated,
    http: ["POST", "/api/v1/tokens", "A new token; its secret is shown once"],
  },
  "token.list": {
    ...looks,
    params: none,
    result: z.object({ tokens: z.array(tokenListed) }),
    http: ["GET", "/api/v1/tokens", "Tokens, without their secrets"],
  },
  "token.revoke": {
    ...looks,
    /** With `keepCalls` what it started goes on; its connections, tickets and sessions end all the same. */
    params: z.strictObject({ id: tokenId, keepCalls: z.boolean().optional() }),
    result: tokenView,
    http: ["DELETE", "/api/v1/tokens/:id", "Revoke a token"],
  },
  "token.rotate": {
    ...acts,
    /** The old secret is good for another `overlapMs`; the new token has all that the old one had. */
    params: z.strictObject({ id: tokenId, overlapMs: z.int().min(0).max(86_400_000).default(0) }),
    result: tokenCreated,
    http: ["POST", "/api/v1/tokens/:id/rotate", "Replace a token, with an overlap"],
  },
  "principal.create": {
    ...acts,
    params: z.strictObject({ name: z.string().min(1).max(100), role: z.enum(["operator", "user"]).default("user") }),
    result: principalView,
    http: ["POST", "/api/v1/principals", "A new principal"],
  },
  "principal.list": {
    ...looks,
    params: none,
    result: z.object({ principals: z.array(principalView) }),
    http: ["GET", "/api/v1/principals", "Principals"],
  },
  "principal.suspend": {
    ...looks,
    params: thePrincipal,
    result: principalView,
    http: ["POST", "/api/v1/principals/:id/suspend", "Suspend a principal"],
  },
  "principal.resume": {
    ...looks,
    params: thePrincipal,
    result: principalView,
    http: ["POST", "/api/v1/principals/:id/resume", "Let a suspended principal in again"],
  },
  "principal.remove": {
    ...acts,
    params: thePrincipal,
    result: z.object({}),
    http: ["DELETE", "/api/v1/principals/:id", "Remove a principal with all that is its own"],
  },
  "ticket.create": {
    ...looks,
    params: none,
    result: z.object({ ticket: z.string(), ttlMs: z.int() }),
    http: ["POST", "/api/v1/tickets", "A single-use ticket for a browser's WebSocket"],
  },
} as const satisfies Record<string, MethodContract>;
