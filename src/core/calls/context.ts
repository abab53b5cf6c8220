import type { Stop } from "../../base/abort.ts";
import type { Deadline } from "../../base/deadline.ts";
import type { AgentEvent } from "../../protocol/agent-run.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { Budget } from "../../protocol/methods.ts";
import { noUsage, type Usage } from "../../protocol/result.ts";
import { Account } from "../budgets/account.ts";
import { limitsOf } from "../budgets/spending.ts";
import type { ListedCall } from "../store/store.ts";
import type { Gate } from "./gate.ts";
import type { CallOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { Remembered } from "./remembered.ts";
import type { Span, Tracer } from "./watch.ts";
import type { CallContext, Feedable, Owner, Pausable, Step, Work } from "./work.ts";

/** A call may take so many steps unless its tool says more or its budget less. */
const usualSteps = 50;

type Effect<T> = (signal: AbortSignal) => Promise<T>;

interface ContextParts {
  row: ListedCall;
  work: Pick<Work, "maxSteps">;
  options: CallOptions;
  files: CallOptions["files"];
  outbox: Outbox;
  record: Remembered;
  gate: Gate;
  deadline: Deadline;
  stop: Stop;
  startedAt: number;
  traceparent: string;
  ask: CallContext["ask"];
  slot: CallContext["slot"];
  child: CallContext["child"];
  tracer: Tracer;
  /** The account of the call above, which this one draws from. */
  above: Account | undefined;
}

/** What a running tool sees of its call. One per attempt. */
export class RunContext implements CallContext {
  readonly call: CallId;
  readonly tool: string;
  readonly owner: Owner;
  readonly thread?: ThreadId;
  readonly attempt: number;
  readonly startedAt: number;
  readonly deadline: Deadline;
  readonly traceparent: string;
  readonly budget: Budget;
  readonly usage: Usage;
  readonly account: Account;
  readonly ask: CallContext["ask"];
  readonly slot: CallContext["slot"];
  readonly child: CallContext["child"];
  readonly #maxSteps: number;
  readonly #stop: Stop;
  #pausables: Set<Pausable> | undefined;
  #feedables: Set<Feedable> | undefined;
  readonly #carried: Readonly<Record<string, string>>;
  readonly #outbox: Outbox;
  readonly #record: Remembered;
  readonly #gate: Gate;
  readonly #tracer: Tracer;
  #begun: Set<string> | undefined;
  #steps = 0;

  constructor(parts: ContextParts) {
    const { row, options } = parts;
    this.call = row.id;
    this.tool = row.tool;
    this.owner = {
      principal: row.principal,
      ...(row.token !== null && { token: row.token }),
      ...(row.session !== null && { session: row.session }),
      ...options.owner,
    };
    if (row.thread !== null) this.thread = row.thread;
    this.attempt = parts.outbox.state.attempts;
    this.startedAt = parts.startedAt;
    this.#stop = parts.stop;
    this.deadline = parts.deadline;
    this.traceparent = parts.traceparent;
    this.budget = options.budget;
    this.ask = parts.ask;
    this.slot = parts.slot;
    this.child = parts.child;
    this.#maxSteps = Math.min(parts.work.maxSteps ?? usualSteps, options.budget.steps ?? Number.POSITIVE_INFINITY);
    this.usage = { ...noUsage, models: [], ...parts.record.spent };
    this.account = new Account({ usage: this.usage, limits: limitsOf(options.budget), above: parts.above });
    this.#tracer = parts.tracer;
    this.#carried = parts.files;
    this.#outbox = parts.outbox;
    this.#record = parts.record;
    this.#gate = parts.gate;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What freezes with the call now. */
  get pausables(): Iterable<Pausable> {
    return this.#pausables ?? [];
  }

  /** What takes standard input now. */
  get feedables(): Iterable<Feedable> {
    return this.#feedables ?? [];
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return new Map(Object.entries(this.#carried).map(([path, base64]) => [path, Buffer.from(base64, "base64")]));
  }

  get told(): readonly AgentEvent[] {
    return this.#record.told;
  }

  emit<T extends EventType>(type: T, data: EventData<T>): void {
    this.#outbox.emit(type, data);
  }

  span(name: string, attributes: Readonly<Record<string, string | number>>): Span {
    return this.#tracer.start(name, { parent: this.traceparent, attributes });
  }

  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  delta(kind: "text" | "reasoning", text: string, tries = 1): void {
    const again = tries === 1 ? {} : { try: tries };
    this.#outbox.emit("output.delta", { attempt: this.attempt, ...again, kind, text });
  }

  async step<T>(name: string, effect: Effect<T>): Promise<T> {
    const step = await this.#once(name, "safe", effect);
    if (step.outcome === "done") return step.value;
    const message = `Cannot go on with step ${name}: nobody knows what came of it, expected it on record`;
    throw new Fault("call.interrupted", message, { facts: { step: name }, retrySafe: false });
  }

  async unsafeStep<T>(name: string, effect: Effect<T>): Promise<Step<T>> {
    return await this.#once(name, "unsafe", effect);
  }

  pausable(part: Pausable): Disposable {
    this.#pausables ??= new Set();
    return membership(this.#pausables, part);
  }

  feedable(part: Feedable): Disposable {
    this.#feedables ??= new Set();
    return membership(this.#feedables, part);
  }

  async #once<T>(name: string, repeat: "safe" | "unsafe", effect: Effect<T>): Promise<Step<T>> {
    this.#begun ??= new Set();
    if (this.#begun.has(name)) throw new Error(`Cannot begin step ${name}: this attempt had one of that name`);
    this.#begun.add(name);
    const before = this.#record.steps.get(name);
    if (before?.recorded !== undefined) return replayed<T>(before.recorded);
    if (before !== undefined && repeat === "unsafe") {
      this.emit("step.recorded", { step: name, outcome: "unknown" });
      return { outcome: "unknown" };
    }
    await this.#gate.passed(this.signal);
    this.#countStep();
    this.emit("step.started", { step: name, attempt: this.attempt, repeat });
    await this.flushed();
    this.signal.throwIfAborted();
    return { outcome: "done", value: await this.#effect(name, effect) };
  }

  async #effect<T>(name: string, effect: Effect<T>): Promise<T> {
    try {
      const value = await effect(this.signal);
      this.emit("step.recorded", { step: name, outcome: "done", value });
      return value;
    } catch (error) {
      if (error instanceof Fault && !this.signal.aborted) {
        this.emit("step.recorded", { step: name, outcome: "failed", fault: error.view() });
      }
      throw error;
    }
  }

  #countStep(): void {
    this.#steps += 1;
    const steps = this.#maxSteps;
    if (this.#steps <= steps) return;
    throw new Fault("budget.exceeded", `Cannot begin step ${this.#steps}: its call had ${steps}, expected no more`, {
      facts: { steps },
    });
  }
}

function replayed<T>(recorded: EventData<"step.recorded">): Step<T> {
  if (recorded.outcome === "unknown") return { outcome: "unknown" };
  if (recorded.fault !== undefined) throw Fault.from(recorded.fault);
  return { outcome: "done", value: recorded.value as T };
}

function membership<T>(set: Set<T>, part: T): Disposable {
  set.add(part);
  return { [Symbol.dispose]: () => void set.delete(part) };
}
