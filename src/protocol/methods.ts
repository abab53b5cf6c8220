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
    waits: "no",
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

export type Method = keyof typeof methods;
export type Params<M extends Method> = z.output<(typeof methods)[M]["params"]>;
export type ParamsInput<M extends Method> = z.input<(typeof methods)[M]["params"]>;
export type MethodResult<M extends Method> = z.infer<(typeof methods)[M]["result"]>;

/** Notifications from the client. `seq` means consumed and is cumulative. */
export const callAck = z.strictObject({ call: callId, seq: z.int().min(0) });

export function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}

/** What an operation is for; its gateway answers the others itself. */
export type OperationMethod = { [M in Method]: (typeof methods)[M]["of"] extends "operations" ? M : never }[Method];

/** Subprotocol of the WebSocket. */
export const subprotocol = "exai.v1";
/** Path of the WebSocket. */
export const socketPath = "/v1/ws";
