import { z } from "zod";
import type { MethodContract } from "./method-contract.ts";

/**
 * Carrying MCP over the WebSocket: a channel is one conversation of MCP with one server object of the daemon, as a
 * stdio server has with its client. It belongs to its connection; whoever is cut opens another one and says again
 * what the client began with.
 */
const channel = z.int().min(1);
/** A JSON-RPC message of MCP as it is; its own schemas are MCP's business. */
const message = z.record(z.string(), z.unknown());
const theChannel = z.strictObject({ channel });

/** How many requests of one channel may be unanswered; more are refused with `session.limit`. */
export const maxMcpRequests = 256;

/** Channels. One too many, and a request too many in one, is `session.limit`; one that is not open `session.unknown`. */
export const mcpMethods = {
  "mcp.open": {
    of: "connection",
    repeat: "never",
    waits: "no",
    params: z.strictObject({
      /** A name for this client's process that no other has: with `nth` it makes the key under which a request's call starts. */
      shim: z.string().regex(/^[\w-]{16,64}$/),
      /** The base of relative paths and the default working directory. */
      cwd: z.string().max(4096).optional(),
    }),
    result: z.object({ channel }),
  },
  /** Answered once the server object has it, or refused; what MCP answers comes as a notification of the same name. */
  "mcp.message": {
    of: "connection",
    repeat: "never",
    waits: "no",
    params: z.strictObject({
      channel,
      message,
      /** Of a request: which one it is of this shim's. The same number over connections is the same request. */
      nth: z.int().min(0).optional(),
    }),
    result: z.object({}),
  },
  "mcp.close": { of: "connection", repeat: "never", waits: "no", params: theChannel, result: z.object({}) },
} as const satisfies Record<string, MethodContract>;

/** Notifications from the server: a message of MCP, numbered from 1 in its channel. */
export const mcpMessage = z.object({ channel, seq: z.int().min(1), message });
/** What the server says in a channel. */
export type McpMessage = z.infer<typeof mcpMessage>;
/** Notifications from the server: it has ended the channel itself. */
export const mcpClosed = z.object({ channel });
/** Notifications from the client: it has done with all messages up to `seq`. */
export const mcpAck = z.strictObject({ channel, seq: z.int().min(0) });
