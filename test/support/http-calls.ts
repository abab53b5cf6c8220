import { orAborted } from "../../src/base/abort.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { JournalReader } from "../../src/core/calls/journal-cursor.ts";
import { Presences } from "../../src/core/calls/presence.ts";
import type { Operations } from "../../src/core/operations/operations.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import { terminalTypes } from "../../src/protocol/endings.ts";
import type { EventType } from "../../src/protocol/events.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";
import type { CallStart } from "../../src/protocol/methods.ts";
import type { Phase } from "../../src/protocol/phase.ts";
import { type CallView, noUsage } from "../../src/protocol/result.ts";

interface Held {
  principal: PrincipalId;
  request: CallStart;
  view: CallView;
  events: { seq: number; type: EventType; text: string }[];
}

/** Calls in memory that do what a test says: the operations and the journal that the HTTP gateway stands on. */
export class HttpCalls implements JournalReader {
  readonly presences: Presences;
  /** Every read of a journal: how far the reader was. */
  readonly reads: number[] = [];
  readonly left: CallId[] = [];
  readonly traceparents: (string | undefined)[] = [];
  /** What the next starts are answered with at once, as control tools are. */
  immediate: CallView | undefined;
  onWait: () => void = () => {};
  onStart: (call: CallId) => void = () => {};
  readonly #clock: Clock;
  readonly #calls = new Map<CallId, Held>();
  readonly #hints = new Set<() => void>();
  /** Events below this number are gone. */
  goneBelow = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.presences = new Presences({ clock, graceMs: 60_000 });
    this.presences.onLeft((client) => {
      if ("waiter" in client) this.left.push(client.waiter);
    });
  }

  get last(): CallId {
    const last = [...this.#calls.keys()].at(-1);
    if (last === undefined) throw new Error("Nothing was started");
    return last;
  }

  requestOf(call: CallId): CallStart {
    return this.#held(call).request;
  }

  viewOf(call: CallId): CallView {
    return this.#held(call).view;
  }

  get count(): number {
    return this.#calls.size;
  }

  start(principal: string, request: CallStart): CallView {
    const call = `call-${this.#calls.size + 1}` as CallId;
    const view: CallView = { call, tool: request.tool, phase: "accepted", seq: 0, acceptedAt: 1, usage: noUsage };
    this.#calls.set(call, { principal: principal as PrincipalId, request, view, events: [] });
    this.emit(call, "call.accepted", { tool: request.tool, trace: "t" });
    this.onStart(call);
    return this.#held(call).view;
  }

  emit(call: CallId, type: EventType, data: object): void {
    const held = this.#held(call);
    const seq = held.view.seq + 1;
    held.view = { ...held.view, seq };
    held.events.push({ seq, type, text: JSON.stringify({ call, seq, at: seq, type, data }) });
    for (const hint of [...this.#hints]) hint();
  }

  end(call: CallId, phase: "succeeded" | "failed" = "succeeded"): void {
    const held = this.#held(call);
    const ending: Phase = phase;
    const result = { content: "done" };
    held.view = { ...held.view, phase: ending, endedAt: 2, result };
    this.emit(call, `call.${phase}`, { result, usage: noUsage });
  }

  /** Nothing is at hand: everything is read, and the reads are counted. */
  peek(): undefined {}

  async read(call: CallId, after: number, maxBytes: number) {
    this.reads.push(after);
    const next = after + 1;
    if (!this.#calls.has(call))
      return { gap: { call, from: next, to: next, reason: "deleted" as const }, events: [], head: next };
    const { events, view } = this.#held(call);
    if (after > view.seq)
      return { gap: { call, from: 1, to: after, reason: "lost" as const }, events: [], head: view.seq };
    const from = Math.max(after + 1, this.goneBelow);
    const gap = { call, from: after + 1, to: from - 1, reason: "retention" as const };
    const slice = [];
    let bytes = 0;
    for (const event of events.slice(from - 1)) {
      slice.push(event);
      bytes += event.text.length;
      if (bytes >= maxBytes) break;
    }
    return from > after + 1 ? { gap, events: slice, head: view.seq } : { events: slice, head: view.seq };
  }

  listen(_call: CallId, onMore: () => void): Disposable {
    this.#hints.add(onMore);
    return { [Symbol.dispose]: () => void this.#hints.delete(onMore) };
  }

  /** As with its thread. */
  delete(call: CallId): void {
    this.#calls.delete(call);
  }

  get listeners(): number {
    return this.#hints.size;
  }

  /** The table, with what the gateway's tests need; everything else is a bug to meet. */
  operations(): Operations {
    const unbuilt = async (): Promise<never> => {
      throw new TypeError("/secret/place is broken");
    };
    return {
      "call.input": unbuilt,
      "call.resize": unbuilt,
      "command.list": unbuilt,
      "process.list": unbuilt,
      "upstream.list": unbuilt,
      "call.answer": unbuilt,
      "token.create": unbuilt,
      "token.list": unbuilt,
      "token.revoke": unbuilt,
      "token.rotate": unbuilt,
      "principal.create": unbuilt,
      "principal.list": unbuilt,
      "principal.suspend": unbuilt,
      "principal.resume": unbuilt,
      "principal.remove": unbuilt,
      "models.list": unbuilt,
      "thread.list": unbuilt,
      "thread.search": unbuilt,
      "thread.get": unbuilt,
      "thread.rename": unbuilt,
      "thread.export": unbuilt,
      "thread.delete": unbuilt,
      "spend.get": unbuilt,
      "status.get": unbuilt,
      "daemon.stop": unbuilt,
      "daemon.reload": unbuilt,
      "store.backup": unbuilt,
      "call.start": async ({ caller, traceparent }, params) => {
        this.traceparents.push(traceparent);
        if (params.tool === "busy")
          throw new Fault("admission.queue-full", "Cannot start a call: the queue is full", { retryAfterMs: 2500 });
        if (this.immediate !== undefined) return { ...this.immediate, answer: this.immediate };
        const { call, phase, seq } = this.start(caller.principal, params);
        return { call, phase, seq };
      },
      "call.get": async ({ caller }, { call }) => this.#owned(caller, call).view,
      "call.list": async ({ caller }, { limit, phase, tool }) => {
        const own = [...this.#calls.values()].filter(({ principal }) => principal === caller.principal);
        const views = own.map(({ view }) => view).filter((view) => [undefined, view.phase].includes(phase));
        return { calls: views.filter((view) => [undefined, view.tool].includes(tool)).slice(0, limit) };
      },
      "call.wait": async ({ caller, signal }, { call, timeoutMs }) =>
        await this.#wait(caller, call, { timeoutMs, signal }),
      "call.control": async ({ caller }, { call, action }) => {
        const held = this.#owned(caller, call);
        if (action === "pause") held.view = { ...held.view, phase: "paused" };
        return held.view;
      },
      "ticket.create": async () => ({ ticket: "ticket-1", ttlMs: 60_000 }),
      "tools.list": async () => ({ tools: [] }),
    };
  }

  async #wait(caller: Caller, call: CallId, wait: { timeoutMs: number; signal: AbortSignal }): Promise<CallView> {
    this.#owned(caller, call);
    const late = Promise.withResolvers<void>();
    using _timer = this.#clock.timer(wait.timeoutMs, late.resolve);
    const ended = Promise.withResolvers<void>();
    using _hints = this.listen(call, () => {
      if (this.#isEnded(call)) ended.resolve();
    });
    this.onWait();
    if (!this.#isEnded(call)) await orAborted(Promise.race([ended.promise, late.promise]), wait.signal);
    return this.#owned(caller, call).view;
  }

  #isEnded(call: CallId): boolean {
    return (terminalTypes as readonly string[]).includes(this.#held(call).events.at(-1)?.type ?? "");
  }

  #owned(caller: Caller, call: CallId): Held {
    const held = this.#calls.get(call);
    if (held === undefined || held.principal !== caller.principal)
      throw new Fault("call.unknown", `Cannot find call ${call}`);
    return held;
  }

  #held(call: CallId): Held {
    const held = this.#calls.get(call);
    if (held === undefined) throw new Error(`${call} was never started`);
    return held;
  }
}
