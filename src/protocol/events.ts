import { z } from "zod";
import { faultView } from "./fault-view.ts";
import { callId, threadId } from "./ids.ts";
import { result, spending, usage } from "./result.ts";

/** Who decided that a call ends: whoever may cancel it, its deadline, a limit that it reached, or the daemon's stop. */
export const cancelledBy = z.enum(["caller", "deadline", "limit", "shutdown"]);

/** A tool's use by a run: its place is the turn and the number in it, as in `2.1`. */
const toolUse = { turn: z.int().min(1), id: z.string(), tool: z.string() };

/**
 * The data of each event type. A call's journal holds nothing else, numbered from 1 without a hole. Which may follow
 * which is decided in `src/core/fold/call-state.ts`, of agent runs in `agent-run.ts`.
 */
export const eventData = {
  /** Always the first. `trace` is the id of the W3C trace under which the log tells of the call. */
  "call.accepted": z.object({
    tool: z.string(),
    thread: threadId.optional(),
    parent: callId.optional(),
    sharedWith: callId.optional(),
    trace: z.string(),
  }),
  /** `place` is from 1, among what its principal has waiting. */
  "call.queued": z.object({ place: z.int() }),
  /** `attempt` is 1, and one more after each crash. */
  "call.started": z.object({ attempt: z.int() }),
  /** `done` of `total`, in whatever the tool counts. */
  "call.progress": z.object({ message: z.string(), done: z.number().optional(), total: z.number().optional() }),
  /** By a client, or with the call above it. */
  "call.paused": z.object({ by: z.enum(["caller", "parent"]) }),
  "call.resumed": z.object({}),
  /** Its client has its handle, and may leave without ending it. */
  "call.released": z.object({}),
  /** Waits 24 hours for a `call.answer` that names `request`; `schema` is a JSON Schema for whoever shows the question. */
  "input.requested": z.object({ request: z.string(), prompt: z.string(), schema: z.unknown().optional() }),
  "input.answered": z.object({ request: z.string(), value: z.unknown() }),
  /** The end is decided; only its cause's ending follows, or `call.failed` with `process.unkillable`. */
  "call.cancelling": z.object({ by: cancelledBy, reason: z.string().optional() }),
  "call.succeeded": z.object({ result, usage }),
  "call.failed": z.object({ fault: faultView, usage }),
  "call.cancelled": z.object({ fault: faultView, usage }),
  "call.expired": z.object({ fault: faultView, usage }),
  "output.delta": z.object({
    attempt: z.int(),
    /** Which try of the model request, where it is not the first: a later one voids what an earlier one showed. */
    try: z.int().optional(),
    kind: z.enum(["text", "reasoning"]),
    text: z.string(),
  }),
  /** Durable before the step's effect begins. `safe`: after a crash in the middle it runs again. */
  "step.started": z.object({ step: z.string(), attempt: z.int(), repeat: z.enum(["safe", "unsafe"]) }),
  /** `unknown`: a crash fell into an unsafe step, and nobody does it again. */
  "step.recorded": z.object({
    step: z.string(),
    outcome: z.enum(["done", "failed", "unknown"]),
    value: z.unknown().optional(),
    fault: faultView.optional(),
  }),
  /** `why` is the routing's; `attempt` counts the tries of this question from 1. */
  "model.requested": z.object({ provider: z.string(), model: z.string(), why: z.string(), attempt: z.int() }),
  "model.answered": z.object({
    provider: z.string(),
    model: z.string(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    /** Null where the model has no price. */
    usd: z.number().nullable(),
    /** The vendor sent no usage: what was reserved is charged. */
    estimated: z.boolean(),
    wallMs: z.number(),
  }),
  "model.retried": z.object({ provider: z.string(), model: z.string(), fault: faultView, waitMs: z.number() }),
  "files.sent": z.object({
    provider: z.string(),
    /** Lines from 1, both ends included; without them the whole file, as images are sent. */
    files: z.array(
      z.object({ path: z.string(), sha256: z.string(), from: z.int().optional(), to: z.int().optional() }),
    ),
  }),
  "agent.started": z.object({
    goal: z.string(),
    tools: z.array(z.string()),
    /** How many model calls the run and all below it may take. */
    modelCalls: z.int(),
  }),
  /** Once a turn: what the model writes meanwhile comes as `output.delta`. */
  "agent.thinking": z.object({ turn: z.int().min(1), spent: spending }),
  /** `input` is JSON, its end cut off where it is long. */
  "tool.executing": z.object({ ...toolUse, input: z.string() }),
  "tool.completed": z.object({
    ...toolUse,
    /** `refused`: it was not begun; `unknown`: nobody knows what came of it; `ended`: the run ended meanwhile. */
    outcome: z.enum(["done", "failed", "refused", "unknown", "ended"]),
    /** The beginning of what the model was told. */
    excerpt: z.string(),
    /** Characters that the model was not told. */
    omitted: z.int().min(0),
    /** The call that it was, where it was one. */
    call: callId.optional(),
    spent: spending,
  }),
  /** From the work that is under way: how long it has given no sign. `slow` is not dead; `stalled` has been silent for a minute. */
  "agent.alive": z.object({
    turn: z.int().min(1),
    waitsFor: z.string(),
    state: z.enum(["working", "slow", "stalled"]),
    quietMs: z.int().min(0),
  }),
  "agent.completed": z.object({ turns: z.int().min(0), spent: spending }),
  "agent.failed": z.object({ turns: z.int().min(0), fault: faultView, spent: spending }),
  /** It has output from now on. `stream` is 0: what names an output on a connection is told where that is followed. */
  "process.started": z.object({ program: z.string(), stream: z.int(), confinement: z.string() }),
  /** Neither code nor signal where whoever supervised it was lost, and nobody can tell. */
  "process.exited": z.object({
    code: z.int().nullable(),
    signal: z.string().nullable(),
    /** All that was ever written, in bytes. */
    length: z.int(),
    /** Processes that outlived the program and were ended with it. */
    orphansKilled: z.int(),
    /** Whether its pipes were read to their end. */
    drained: z.boolean(),
  }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventData;
/** What an event of that type says. */
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

export const eventTypes = Object.keys(eventData) as [EventType, ...EventType[]];

/** An event as readers get it: `call.event` notifications, SSE and `--json` lines. */
export interface CallEvent<T extends EventType = EventType> {
  call: string;
  /** From 1, without a hole but for what a gap names. */
  seq: number;
  /** Set where deltas were merged into one: it stands for the numbers `from` to `seq`. */
  from?: number;
  /** Milliseconds since 1970. */
  at: number;
  type: T;
  data: EventData<T>;
}

/**
 * Events that are gone, said with their numbers, both included, instead of silence. `retention`: they are too old;
 * `folded`: deltas of an answer that is kept whole; `epoch`: the reader's numbers are of another history of the store;
 * `lost`: the reader is beyond the last event, so the store lost its end; `deleted`: the call is not there any more, `to`
 * is the last number that was known of it, and nothing follows. The idea is that of recovery by offset and epoch in
 * Centrifugo.
 */
export const callGap = z.object({
  call: callId,
  from: z.int(),
  to: z.int(),
  reason: z.enum(["retention", "folded", "epoch", "lost", "deleted"]),
});
/** What of a journal does not come. */
export type CallGap = z.infer<typeof callGap>;

/** Whether a gap says that the reader's position is not of this history, so that it begins at the first event again. */
export function startsOver({ reason }: Pick<CallGap, "reason">): boolean {
  return reason === "epoch" || reason === "lost";
}

/** The schema of a `CallEvent` whose data is left as it is. */
export const callEvent = z.object({
  call: callId,
  seq: z.int().min(1),
  from: z.int().min(1).optional(),
  at: z.number(),
  type: z.enum(eventTypes),
  data: z.unknown(),
});
