import { z } from "zod";
import { commandsListed, processesListed } from "./command-views.ts";
import { confinementView } from "./confinement-view.ts";
import { faultCodes } from "./fault.ts";
import { callId, principalId, sessionId, threadId, tokenId } from "./ids.ts";
import { mcpMethods } from "./mcp.ts";
import { callView, phase } from "./result.ts";
import { spendMethods } from "./spend.ts";
import { threadMethods } from "./threads.ts";
import { toolView } from "./tool-view.ts";
import { upstreamMethods } from "./upstream-views.ts";

/** What a call may spend; each part is optional and never raises what the principal may spend. */
export const budget = z.strictObject({
  modelCalls: z.int().min(0).max(1000).optional(),
  steps: z.int().min(0).max(1000).optional(),
  inputTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  usd: z.number().min(0).optional(),
});
export type Budget = z.infer<typeof budget>;

const key = z.string().min(1).max(200);

/** A file that travels with the call because the daemon cannot reach it: at most 1 MiB each. */
export const carriedFile = z.strictObject({ path: z.string().max(4096), base64: z.string().max(1_400_000) });

export const callStart = z.strictObject({
  tool: z.string().min(1).max(128),
  input: z.record(z.string(), z.unknown()).default({}),
  key: key.optional(),
  /** A start with a key that may also join the same call under another one, as a start without a key does. */
  joins: z.boolean().optional(),
  /** Milliseconds since 1970 when the client first sent it; a start older than the keys is refused. */
  keyedAt: z.number().optional(),
  deadlineMs: z
    .int()
    .min(1)
    .max(7 * 86_400_000)
    .optional(),
  budget: budget.optional(),
  thread: threadId.optional(),
  fresh: z.boolean().optional(),
  files: z.array(carriedFile).max(32).optional(),
  onDisconnect: z.enum(["keep", "cancel"]).optional(),
  detached: z.boolean().optional(),
  follow: z.boolean().optional(),
  /** The base of relative paths and the default working directory. */
  cwd: z.string().max(4096).optional(),
  /** W3C traceparent of what the call belongs to; over HTTP the header says it. */
  traceparent: z.string().max(64).optional(),
});
export type CallStart = z.infer<typeof callStart>;

const streamNumber = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

export const callStarted = z.object({
  call: callId,
  phase,
  seq: z.int(),
  sharedWith: callId.optional(),
  stream: streamNumber.optional(),
  /** The whole answer, where a control tool gave it at once: there is no call to follow then. */
  answer: callView.optional(),
});

export const callFollow = z.strictObject({
  call: callId,
  /** The last seq the reader has; events come from `after` + 1. */
  after: z.int().min(0).default(0),
  /** Where to go on in the output; without it the output is not sent. */
  offset: z.int().min(0).optional(),
  epoch: z.string().max(64).optional(),
  /** A follower that keeps the call alive for its starter. */
  hold: z.boolean().optional(),
});

export const clientInfo = z.strictObject({ name: z.string().max(100), version: z.string().max(50) });

export const sessionOpen = z.strictObject({
  token: z.string().max(512).optional(),
  ticket: z.string().max(512).optional(),
  resume: z.strictObject({ session: sessionId, secret: z.string().max(128) }).optional(),
  client: clientInfo,
});

export const sessionOpened = z.object({
  session: sessionId,
  resume: z.object({ secret: z.string(), ttlMs: z.number() }),
  principal: principalId,
  /** Names this store's history; a cursor of another epoch gets a `call.gap`. */
  epoch: z.string(),
  limits: z.object({
    maxFrameBytes: z.int(),
    sessionInflight: z.int(),
    unackedEvents: z.int(),
    unackedBytes: z.int(),
    streamWindowBytes: z.int(),
  }),
  heartbeatMs: z.int(),
  node: z.string(),
  version: z.string(),
});
export type SessionOpened = z.infer<typeof sessionOpened>;

export const scopes = ["tools", "exec", "agent", "observe", "admin"] as const;
export const scope = z.enum(scopes);
export type Scope = z.infer<typeof scope>;

export const tokenView = z.object({
  id: tokenId,
  principal: principalId,
  name: z.string(),
  scopes: z.array(scope),
  tools: z.array(z.string()),
  roots: z.array(z.string()),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  /** What its calls may spend on models a day (UTC); null where only its principal's limits hold. */
  usdPerDay: z.number().nullable(),
  tokensPerDay: z.int().nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

export const tokenCreate = z.strictObject({
  name: z.string().min(1).max(100),
  principal: principalId.optional(),
  scopes: z.array(scope).min(1).default(["tools"]),
  /** Patterns of tool names, `*` stands for any run of characters. Empty means every tool of the scopes. */
  tools: z.array(z.string().max(128)).max(64).default([]),
  roots: z.array(z.string().max(4096)).max(32).default([]),
  ttlMs: z
    .int()
    .min(1000)
    .max(10 * 365 * 86_400_000)
    .optional(),
  usdPerDay: z.number().min(0).max(1_000_000).optional(),
  tokensPerDay: z.int().min(0).max(1_000_000_000_000).optional(),
});

/** The secret is shown once, here. */
export const tokenCreated = z.object({ token: z.string(), view: tokenView });

export const principalView = z.object({
  id: principalId,
  name: z.string(),
  role: z.enum(["owner", "operator", "user"]),
  createdAt: z.number(),
  suspendedAt: z.number().nullable(),
});
export type PrincipalView = z.infer<typeof principalView>;

export const statusView = z.object({
  version: z.string(),
  node: z.string(),
  epoch: z.string(),
  pid: z.int(),
  uptimeMs: z.number(),
  phases: z.record(z.string(), z.int()),
  permits: z.record(z.string(), z.object({ held: z.int(), limit: z.int(), waiting: z.int() })),
  sessions: z.object({ known: z.int(), connected: z.int() }),
  pressure: z.enum(["normal", "high", "critical"]),
  memoryBytes: z.int(),
  eventLoopP99Ms: z.number(),
  providers: z.array(z.object({ name: z.string(), ready: z.boolean(), reason: z.string().optional() })),
  confinement: confinementView,
});
export type StatusView = z.infer<typeof statusView>;

const none = z.strictObject({});
const theCall = z.strictObject({ call: callId });
const done = z.object({});

/** Every method of the WebSocket; HTTP and the CLI are other faces of the same table. */
/** How the account at a provider is: its breaker, and how many requests may run at once for now. */
const modelHealth = z.object({
  state: z.enum(["closed", "open", "half-open"]),
  retryAfterMs: z.number().optional(),
  lastFault: z.object({ code: z.enum(faultCodes), message: z.string(), at: z.number() }).optional(),
  slots: z.int(),
});

export const methods = {
  "session.open": { params: sessionOpen, result: sessionOpened },
  ping: { params: none, result: z.object({ at: z.number() }) },
  "tools.list": { params: none, result: z.object({ tools: z.array(toolView) }) },
  "call.start": { params: callStart, result: callStarted },
  "call.follow": {
    params: callFollow,
    /** A call that has ended at `head` sends nothing more to a reader that stands there. */
    result: z.object({ call: callId, head: z.int(), phase, stream: streamNumber.optional() }),
  },
  "call.unfollow": { params: theCall, result: done },
  "call.get": { params: theCall, result: callView },
  "call.list": {
    params: z.strictObject({
      limit: z.int().min(1).max(200).default(50),
      before: callId.optional(),
      phase: phase.optional(),
      tool: z.string().max(128).optional(),
    }),
    result: z.object({ calls: z.array(callView) }),
  },
  "call.wait": {
    params: z.strictObject({ call: callId, timeoutMs: z.int().min(0).max(600_000).default(25_000) }),
    result: callView,
  },
  "call.control": {
    params: z.strictObject({ call: callId, action: z.enum(["pause", "resume", "cancel"]) }),
    result: callView,
  },
  "call.input": {
    params: z.strictObject({
      call: callId,
      data: z.string().max(1_000_000).optional(),
      base64: z.base64().max(1_400_000).optional(),
      end: z.boolean().optional(),
    }),
    result: done,
  },
  "call.resize": {
    params: z.strictObject({ call: callId, rows: z.int().min(1).max(1000), cols: z.int().min(1).max(1000) }),
    result: done,
  },
  "call.answer": {
    params: z.strictObject({ call: callId, request: z.string().max(64), value: z.unknown() }),
    result: callView,
  },
  "token.create": { params: tokenCreate, result: tokenCreated },
  "token.list": { params: none, result: z.object({ tokens: z.array(tokenView) }) },
  "token.revoke": { params: z.strictObject({ id: tokenId, keepCalls: z.boolean().optional() }), result: tokenView },
  "token.rotate": {
    params: z.strictObject({ id: tokenId, overlapMs: z.int().min(0).max(86_400_000).default(0) }),
    result: tokenCreated,
  },
  "principal.create": {
    params: z.strictObject({ name: z.string().min(1).max(100), role: z.enum(["operator", "user"]).default("user") }),
    result: principalView,
  },
  "principal.list": { params: none, result: z.object({ principals: z.array(principalView) }) },
  "principal.suspend": { params: z.strictObject({ id: principalId }), result: principalView },
  "principal.resume": { params: z.strictObject({ id: principalId }), result: principalView },
  "principal.remove": { params: z.strictObject({ id: principalId }), result: done },
  "ticket.create": { params: none, result: z.object({ ticket: z.string(), ttlMs: z.int() }) },
  "command.list": { params: none, result: commandsListed },
  "process.list": { params: none, result: processesListed },
  "models.list": {
    params: none,
    result: z.object({
      models: z.array(
        z.object({
          provider: z.string(),
          /** `*` for those of an endpoint of which nothing is known. */
          model: z.string(),
          ready: z.boolean(),
          reason: z.string().optional(),
          contextTokens: z.int().optional(),
          maxOutputTokens: z.int().optional(),
          abilities: z.array(z.string()).optional(),
          price: z.object({ inputUsdPerMillion: z.number(), outputUsdPerMillion: z.number() }).optional(),
          health: modelHealth.optional(),
        }),
      ),
    }),
  },
  ...threadMethods,
  ...spendMethods,
  ...upstreamMethods,
  ...mcpMethods,
  "status.get": { params: none, result: statusView },
  "daemon.stop": { params: z.strictObject({ mode: z.enum(["drain", "now"]).default("drain") }), result: done },
  "daemon.reload": {
    params: none,
    result: z.object({ changed: z.array(z.string()), needRestart: z.array(z.string()) }),
  },
  "store.backup": {
    params: z.strictObject({ file: z.string().max(4096) }),
    result: z.object({ file: z.string(), bytes: z.int() }),
  },
} as const satisfies Record<string, { params: z.ZodType; result: z.ZodType }>;

export type Method = keyof typeof methods;
export type Params<M extends Method> = z.output<(typeof methods)[M]["params"]>;
export type ParamsInput<M extends Method> = z.input<(typeof methods)[M]["params"]>;
export type MethodResult<M extends Method> = z.infer<(typeof methods)[M]["result"]>;

/** Notifications from the client. `seq` means consumed and is cumulative. */
export const callAck = z.strictObject({ call: callId, seq: z.int().min(0) });

/** Subprotocol of the WebSocket. */
export const subprotocol = "exai.v1";
/** Path of the WebSocket. */
export const socketPath = "/v1/ws";
