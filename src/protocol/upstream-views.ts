import { z } from "zod";
import { faultCodes } from "./fault.ts";
import { looks, type MethodContract } from "./method-contract.ts";

/** A session at a server behind the daemon; its own user alone sees it. */
const upstreamSessionView = z.object({
  state: z.enum(["idle", "starting", "ready", "waiting", "resting"]),
  /** The revision of the protocol that is spoken in it. */
  protocol: z.string().optional(),
  retryAfterMs: z.number().optional(),
  lastFault: z.object({ code: z.enum(faultCodes), message: z.string(), at: z.number() }).optional(),
  /** The last lines that the server wrote for people. */
  said: z.array(z.string()),
});

/** A server of `mcpServers`, as this caller has it. */
export const upstreamView = z.object({
  name: z.string(),
  kind: z.enum(["program", "address"]),
  /** `unknown` until it was asked what it has. */
  state: z.enum(["ready", "unknown", "failed", "refused"]),
  /** Why it is not ready. */
  reason: z.string().optional(),
  /** Without the server's name before them. */
  tools: z.array(z.string()),
  /** Without the server's name before them. */
  prompts: z.array(z.string()),
  /** Forms of addresses as every client of MCP knows them. */
  templates: z.array(z.string()),
  /** Whether it says that it has resources. */
  resources: z.boolean(),
  /** What it names and is not offered. */
  left: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Of this caller; of others only how many. */
  own: z.array(upstreamSessionView),
  sessions: z.int(),
  /** What it wrote when the daemon itself looked what it has; for the owner. */
  said: z.array(z.string()),
});
/** A server behind the daemon, as a caller has it. */
export type UpstreamView = z.infer<typeof upstreamView>;

/** The servers behind the daemon. */
export const upstreamMethods = {
  "upstream.list": {
    ...looks,
    http: ["GET", "/api/v1/upstreams", "The MCP servers behind the daemon, and what they have"],
    params: z.strictObject({}),
    result: z.object({ upstreams: z.array(upstreamView) }),
  },
} as const satisfies Record<string, MethodContract>;
