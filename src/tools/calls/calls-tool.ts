import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { CallFollower } from "../../core/calls/call-follower.ts";
import type { JournalReader } from "../../core/calls/journal-cursor.ts";
import { openQuestion } from "../../core/calls/open-question.ts";
import type { Operations } from "../../core/operations/operations.ts";
import type { OutputReader } from "../../core/processes/output-log.ts";
import { type ControlRequest, type ControlTool, defineControl } from "../../core/tools/tool.ts";
import type { EventType } from "../../protocol/events.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView, Result } from "../../protocol/result.ts";
import { type Action, input, type Wish } from "./input.ts";
import { shownOutput, untilReadable } from "./shown-output.ts";

type Steering = "call.get" | "call.list" | "call.wait" | "call.control" | "call.input" | "call.answer";

export interface CallsParts {
  /** What may be done with calls, asked for when it is needed: the tool is one of those that they start. */
  operations: () => Pick<Operations, Steering>;
  journal: JournalReader;
  outputs: OutputReader;
  clock: Clock;
}

type Named = Wish & { call: CallId };
type Act = (parts: CallsParts, request: ControlRequest, wish: Named) => Promise<Result>;

const usualWaitMs = 25_000;
const asking: ReadonlySet<EventType> = new Set(["input.requested"]);
const listed = 50;

/** Waits for, shows and steers calls, also those of another connection, with the rights of whoever asks. */
export function callsTool(parts: CallsParts): ControlTool {
  return defineControl({
    name: "calls",
    title: "Calls",
    description: "Waits for a call that still runs, reads its output, answers its questions, steers or lists calls.",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
    input,
    async answer(request, wish) {
      if (wish.action === "list") return await list(parts, request, wish);
      if (wish.call === undefined)
        throw new Fault("input.invalid", `Cannot ${wish.action}: no call is named, expected \`call\``);
      return await acts[wish.action](parts, request, { ...wish, call: wish.call });
    },
  });
}

const acts: Readonly<Record<Exclude<Action, "list">, Act>> = {
  get: async (parts, request, { call }) => await shown(parts, await parts.operations()["call.get"](request, { call })),
  wait: async (parts, request, wish) => await shown(parts, await endedOrAsking(parts, request, wish)),
  cancel: control,
  pause: control,
  resume: control,
  input: async (parts, request, { call, data }) => {
    const sent = data === undefined ? { end: true } : { data };
    await parts.operations()["call.input"](request, { call, ...sent });
    return { content: data === undefined ? "the input has ended" : `${data.length} characters were given`, data: {} };
  },
  answer: async (parts, request, { call, request: question, value }) => {
    if (question === undefined)
      throw new Fault("input.invalid", "Cannot answer: no question is named, expected `request`", { facts: { call } });
    return await shown(parts, await parts.operations()["call.answer"](request, { call, request: question, value }));
  },
  output: async (parts, request, { call, offset = 0, waitMs }) => {
    // Refuses whoever may not see the call, before anything tells that it has an output.
    await parts.operations()["call.get"](request, { call });
    if (waitMs !== undefined) await untilReadable(parts, { call, offset, waitMs }, request.signal);
    parts.outputs.consumed(call, offset, request.caller);
    return await shownOutput(parts.outputs, { call, offset });
  },
};

async function control(parts: CallsParts, request: ControlRequest, { call, action }: Named): Promise<Result> {
  const steered = { call, action: action as "cancel" | "pause" | "resume" };
  return await shown(parts, await parts.operations()["call.control"](request, steered));
}

async function list({ operations }: CallsParts, request: ControlRequest, { call }: Wish): Promise<Result> {
  const before = call === undefined ? {} : { before: call };
  const { calls } = await operations()["call.list"](request, { limit: listed, ...before });
  const lines = calls.map((view) => `${view.call} ${view.tool} ${view.phase}`);
  // What each came to is asked for by name.
  const known = calls.map(({ result: _result, usage: _usage, ...view }) => view);
  return { content: lines.length > 0 ? lines.join("\n") : "no calls", data: { calls: known } };
}

/** The call once it has ended or asks something, or as it is when the time is up. */
async function endedOrAsking(parts: CallsParts, request: ControlRequest, { call, waitMs }: Named): Promise<CallView> {
  const { operations, journal } = parts;
  const before = await operations()["call.get"](request, { call });
  if (before.phase === "waiting" || hasEnded(before.phase)) return before;
  using waiting = new LinkedAbort(request.signal);
  using follower = new CallFollower(journal, { call, after: before.seq });
  const wait = { call, timeoutMs: waitMs ?? usualWaitMs };
  const ended = operations()["call.wait"]({ ...request, signal: waiting.signal }, wait);
  const asked = follower.comes(asking, waiting.signal).then(() => undefined);
  const view = await Promise.race([ended, asked]);
  waiting.abort(new Cancelled("caller", "the wait is over"));
  return view ?? (await operations()["call.get"](request, { call }));
}

/** The call, what it asks, and how to go on where it has not ended. */
async function shown({ journal }: CallsParts, view: CallView): Promise<Result> {
  const question = await openQuestion(journal, view);
  const content = view.result?.content ?? view.fault?.message ?? `${view.call} is ${view.phase}`;
  if (question !== undefined) {
    const answer = { action: "answer", call: view.call, request: question.request, value: null };
    const data = { ...view, question, next: { tool: "calls", arguments: answer } };
    return { content: `${view.call} asks: ${question.prompt}`, data };
  }
  if (hasEnded(view.phase)) return { content, data: view };
  return { content, data: { ...view, next: { tool: "calls", arguments: { action: "wait", call: view.call } } } };
}
