import { z } from "zod";
import { accessMethods } from "./access-methods.ts";
import { commandsListed, processesListed } from "./command-views.ts";
import { daemonMethods } from "./daemon-methods.ts";
import { callId, principalId, sessionId, threadId } from "./ids.ts";
import { mcpMethods } from "./mcp.ts";
import { looks, type MethodContract } from "./method-contract.ts";
import { modelMethods } from "./model-methods.ts";
import { callView, phase } from "./result.ts";
import { spendMethods } from "./spend.ts";
import { threadMethods } from "./threads.ts";
import { toolView } from "./tool-view.ts";
import { upstreamMethods } from "./upstream-views.ts";

/** What a call, with all below it, may spend; each part is optional and never raises what the principal may spend. */
export const budget = z.strictObject({
  modelCalls: z.int().min(0).max(1000).optional(),
  steps: z.int().min(0).max(1000).optional(),
  inputTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  /** A model without a price is refused under it: `budget.price-unknown`. */
  usd: z.number().min(0).optional(),
});
/** What a call may spend. */
export type Budget = z.infer<typeof budget>;

const key = z.string().min(1).max(200);

/** A file that travels with the call because the daemon cannot reach it: at most 1 MiB each. */
export const carriedFile = z.strictObject({ path: z.string().max(4096), base64: z.string().max(1_400_000) });

/** A call to be started. */
export const callStart = z.strictObject({
  tool: z.string().min(1).max(128),
  /** What the tool's own schema takes. */
  input: z.record(z.string(), z.unknown()).default({}),
  /**
   * Makes a repeat the same call for 7 days: an idempotency key. It covers tool, input, thread and budget; another start
   * under it is `call.key-reused`.
   */
  key: key.optional(),
  /** A start with a key that may also join the same call under another one, as a start without a key does. */
  joins: z.boolean().optional(),
  /** Milliseconds since 1970 when the client first sent it; a start older than the keys is refused. */
  keyedAt: z.number().optional(),
  /** From acceptance; never more than the tool's own time. */
  deadlineMs: z
    .int()
    .min(1)
    .max(7 * 86_400_000)
    .optional(),
  budget: budget.optional(),
  /** The conversation that it goes on with; calls of one run one after the other. */
  thread: threadId.optional(),
  /** A success of the same call within the last ten minutes is not taken for this one. */
  fresh: z.boolean().optional(),
  files: z.array(carriedFile).max(32).optional(),
  /** What becomes of it when its client has left; the tool's own rule where it is absent. */
  onDisconnect: z.enum(["keep", "cancel"]).optional(),
  /** It has no client to lose, and no time limit where its tool has none for such calls. */
  detached: z.boolean().optional(),
  /** Sets this connection's cursor at its beginning in the same request. */
  follow: z.boolean().optional(),
  /** The base of relative paths and the default working directory. */
  cwd: z.string().max(4096).optional(),
  /** W3C traceparent of what the call belongs to; over HTTP the header says it. */
  traceparent: z.string().max(64).optional(),
});
/** A call to be started. */
export type CallStart = z.infer<typeof callStart>;

/** Under which a connection's binary frames belong to one output. */
const streamNumber = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/** A call that is durable. */
export const callStarted = z.object({
  call: callId,
  phase,
  /** The number of its last event then. */
  seq: z.int(),
  sharedWith: callId.optional(),
  /** Where it is followed and may have output. */
  stream: streamNumber.optional(),
  /** The whole answer, where a control tool gave it at once: there is no call to follow then. */
  answer: callView.optional(),
});

/** Where a reader stands in a call. */
export const callFollow = z.strictObject({
  call: callId,
  /** The last seq the reader has; events come from `after` + 1. */
  after: z.int().min(0).default(0),
  /** Where to go on in the output; without it the output is not sent. */
  offset: z.int().min(0).optional(),
  /** The history that `after` and `offset` belong to; with another than the daemon's all comes anew, behind a gap. */
  epoch: z.string().max(64).optional(),
  /** A follower that keeps the call alive for its starter. */
  hold: z.boolean().optional(),
});

/** Of a program: how it is listed and logged. */
export const clientInfo = z.strictObject({ name: z.string().max(100), version: z.string().max(50) });

/** The first frame of a connection: one of `token`, `ticket` and `resume`. */
export const sessionOpen = z.strictObject({
  token: z.string().max(512).optional(),
  ticket: z.string().max(512).optional(),
  resume: z.strictObject({ session: sessionId, secret: z.string().max(128) }).optional(),
  client: clientInfo,
});

/** What a client is told of the session that it has now. */
export const sessionOpened = z.object({
  session: sessionId,
  /** What resumes it next time; new at every open, good for `ttlMs` from when the session was last seen. */
  resume: z.object({ secret: z.string(), ttlMs: z.number() }),
  principal: principalId,
  /** Names this store's history; a cursor of another epoch gets a `call.gap`. */
  epoch: z.string(),
  limits: z.object({
    /** A larger frame closes the connection with 1009. */
    maxFrameBytes: z.int(),
    /** Calls of this session that run at once; more wait. */
    sessionInflight: z.int(),
    /** Of one call, and so are the bytes: beyond that nothing more of it comes before an acknowledgement. */
    unackedEvents: z.int(),
    unackedBytes: z.int(),
    /** As of an output, at first. */
    streamWindowBytes: z.int(),
  }),
  /** After so long without a frame either side asks, after twice that it gives the other up. */
  heartbeatMs: z.int(),
  node: z.string(),
  version: z.string(),
});
/** What a client is told of its session. */
export type SessionOpened = z.infer<typeof sessionOpened>;

const none = z.strictObject({});
const theCall = z.strictObject({ call: callId });
const done = z.object({});

/** Every method of the WebSocket; HTTP and the CLI are other faces of the same table. */
export const methods = {
  "session.open": { of: "connection", repeat: "anew", waits: "no", params: sessionOpen, result: sessionOpened },
  ping: { of: "connection", repeat: "same", waits: "no", params: none, result: z.object({ at: z.number() }) },
  "tools.list": {
    ...looks,
    within: "free",
    params: none,
    result: z.object({ tools: z.array(toolView) }),
    http: ["GET", "/api/v1/tools", "Tools of this token"],
  },
  "call.start": {
    of: "operations",
    repeat: "keyed",
    waits: "no",
    within: "free",
    http: null,
    params: callStart,
    result: callStarted,
  },
  "call.follow": {
    of: "connection",
    repeat: "anew",
    waits: "no",
    params: callFollow,
    /** A call that has ended at `head` sends nothing more to a reader that stands there. */
    result: z.object({ call: callId, head: z.int(), phase, stream: streamNumber.optional() }),
  },
  "call.unfollow": { of: "connection", repeat: "same", waits: "no", params: theCall, result: done },
  "call.get": {
    of: "operations",
    repeat: "same",
    waits: "no",
    within: "below",
    http: ["GET", "/api/v1/calls/:call", "One call"],
    params: theCall,
    result: callView,
  },
  "call.list": {
    ...looks,
    http: ["GET", "/api/v1/calls", "Calls, newest first"],
    params: z.strictObject({
      limit: z.int().min(1).max(200).default(50),
      before: callId.optional(),
      phase: phase.optional(),
      tool: z.string().max(128).optional(),
    }),
    result: z.object({ calls: z.array(callView) }),
  },
  "call.wait": {
    of: "operations",
    repeat: "same",
    waits: "for-end",
    within: "below",
    http: ["GET", "/api/v1/calls/:call/wait", "One call, once it has ended or the time is up"],
    params: z.strictObject({ call: callId, timeoutMs: z.int().min(0).max(600_000).default(25_000) }),
    result: callView,
  },
  "call.control": {
    of: "operations",
    repeat: "same",
    waits: "no",
    within: "below",
    http: ["POST", "/api/v1/calls/:call/control", "Pause, resume or cancel a call"],
    params: z.strictObject({ call: callId, action: z.enum(["pause", "resume", "cancel"]) }),
    result: callView,
  },
  "call.input": {
    of: "operations",
    repeat: "never",
    waits: "for-reader",
    within: "below",
    http: ["POST", "/api/v1/calls/:call/input", "Bytes for the standard input of a command"],
    /** UTF-8 text or bytes, base64 where both are there; `end` closes the input behind them. */
    params: z.strictObject({
      call: callId,
      data: z.string().max(1_000_000).optional(),
      base64: z.base64().max(1_400_000).optional(),
      end: z.boolean().optional(),
    }),
    result: done,
  },
  "call.resize": {
    of: "operations",
    repeat: "same",
    waits: "for-reader",
    within: "below",
    http: ["POST", "/api/v1/calls/:call/resize", "The size of a command's terminal"],
    params: z.strictObject({ call: callId, rows: z.int().min(1).max(1000), cols: z.int().min(1).max(1000) }),
    result: done,
  },
  "call.answer": {
    of: "operations",
    repeat: "never",
    waits: "no",
    within: "below",
    http: ["POST", "/api/v1/calls/:call/answer", "Answer what a call asked"],
    /** `request` as `input.requested` told it. */
    params: z.strictObject({ call: callId, request: z.string().max(64), value: z.unknown() }),
    result: callView,
  },
  ...accessMethods,
  "command.list": {
    ...looks,
    params: none,
    result: commandsListed,
    http: ["GET", "/api/v1/commands", "Commands, what each takes, and why one is refused"],
  },
  "process.list": {
    ...looks,
    params: none,
    result: processesListed,
    http: ["GET", "/api/v1/processes", "Commands that run"],
  },
  ...modelMethods,
  ...threadMethods,
  ...spendMethods,
  ...upstreamMethods,
  ...mcpMethods,
  ...daemonMethods,
} as const satisfies Record<string, MethodContract>;

/** The name of a method. */
export type Method = keyof typeof methods;
/** What it takes, parsed: defaults are filled in. */
export type Params<M extends Method> = z.output<(typeof methods)[M]["params"]>;
/** What it takes, as it is sent. */
export type ParamsInput<M extends Method> = z.input<(typeof methods)[M]["params"]>;
/** What it answers. */
export type MethodResult<M extends Method> = z.infer<(typeof methods)[M]["result"]>;

/** Notifications from the client. `seq` means consumed and is cumulative. */
export const callAck = z.strictObject({ call: callId, seq: z.int().min(0) });

/** Whether there is such a method; another name is refused with `method.unknown`. */
export function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}

/** What an operation is for; its gateway answers the others itself. */
export type OperationMethod = { [M in Method]: (typeof methods)[M]["of"] extends "operations" ? M : never }[Method];

/** Subprotocol of the WebSocket. */
export const subprotocol = "exai.v1";
/** Path of the WebSocket. */
export const socketPath = "/v1/ws";
