import type { Deadline } from "../../base/deadline.ts";
import type { AgentEvent } from "../../protocol/agent-run.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { Budget } from "../../protocol/methods.ts";
import { noUsage, type Usage } from "../../protocol/result.ts";
import { Account } from "../budgets/account.ts";
import { limitsOf } from "../budgets/spending.ts";
import type { CallOptions } from "./options.ts";
import type { Rest } from "./rest.ts";
import type { RunParts } from "./run-parts.ts";
import type { StandardInput } from "./standard-input.ts";
import type { Span } from "./watch.ts";
import type { CallContext, Feedable, Owner, Pausable, Step } from "./work.ts";

/** A call may take so many steps unless its tool says more or its budget less. */
const usualSteps = 50;

type Effect<T> = (signal: AbortSignal) => Promise<T>;

/** What an attempt of a run begins with. */
interface Attempt {
  traceparent: string;
  files: CallOptions["files"];
  /** The account of the call above, which this one draws from. */
  above: Account | undefined;
  /** Of its program. */
  input: StandardInput | undefined;
  /** Where its questions are asked. */
  rest: () => Rest;
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
  readonly #parts: RunParts;
  readonly #rest: () => Rest;
  readonly #maxSteps: number;
  #pausables: Set<Pausable> | undefined;
  readonly #input: StandardInput | undefined;
  readonly #carried: Readonly<Record<string, string>>;
  #begun: Set<string> | undefined;
  #steps = 0;

  constructor(parts: RunParts, { traceparent, files, above, input, rest }: Attempt) {
    const { row, work, options, record, outbox, deadline, services } = parts;
    this.#parts = parts;
    this.#rest = rest;
    this.#input = input;
    this.call = row.id;
    this.tool = row.tool;
    this.owner = {
      principal: row.principal,
      ...(row.token !== null && { token: row.token }),
      ...(row.session !== null && { session: row.session }),
      ...options.owner,
    };
    if (row.thread !== null) this.thread = row.thread;
    this.attempt = outbox.state.attempts;
    this.startedAt = record.startedAt ?? services.clock.wallMs();
    this.deadline = deadline;
    this.traceparent = traceparent;
    this.budget = options.budget;
    this.#maxSteps = Math.min(work.maxSteps ?? usualSteps, options.budget.steps ?? Number.POSITIVE_INFINITY);
    this.usage = { ...noUsage, models: [], ...record.spent };
    this.account = new Account({ usage: this.usage, limits: limitsOf(options.budget), above });
    this.#carried = files;
  }

  get signal(): AbortSignal {
    return this.#parts.stop.signal;
  }

  get ask(): CallContext["ask"] {
    return (prompt, schema) => this.#rest().ask(schema === undefined ? { prompt } : { prompt, schema });
  }

  get slot(): CallContext["slot"] {
    return (provider, signal) => this.#parts.permits.slot(provider, signal);
  }

  get child(): CallContext["child"] {
    return (start) => this.#parts.services.below(this.call, start, this.signal);
  }

  /** What freezes with the call now. */
  get pausables(): Iterable<Pausable> {
    return this.#pausables ?? [];
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return new Map(Object.entries(this.#carried).map(([path, base64]) => [path, Buffer.from(base64, "base64")]));
  }

  get told(): readonly AgentEvent[] {
    return this.#parts.record.told;
  }

  emit<T extends EventType>(type: T, data: EventData<T>): void {
    this.#parts.outbox.emit(type, data);
  }

  span(name: string, attributes: Readonly<Record<string, string | number>>): Span {
    return this.#parts.services.tracer.start(name, { parent: this.traceparent, attributes });
  }

  async flushed(): Promise<void> {
    await this.#parts.outbox.flushed();
  }

  delta(kind: "text" | "reasoning", text: string, tries = 1): void {
    const again = tries === 1 ? {} : { try: tries };
    this.#parts.outbox.emit("output.delta", { attempt: this.attempt, ...again, kind, text });
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
    if (this.#input === undefined) throw new Error(`Cannot give ${this.tool} an input: it is no command`);
    return this.#input.open(part);
  }

  async #once<T>(name: string, repeat: "safe" | "unsafe", effect: Effect<T>): Promise<Step<T>> {
    this.#begun ??= new Set();
    if (this.#begun.has(name)) throw new Error(`Cannot begin step ${name}: this attempt had one of that name`);
    this.#begun.add(name);
    const before = this.#parts.record.steps.get(name);
    if (before?.recorded !== undefined) return replayed<T>(before.recorded);
    if (before !== undefined && repeat === "unsafe") {
      this.emit("step.recorded", { step: name, outcome: "unknown" });
      return { outcome: "unknown" };
    }
    await this.#parts.gate.passed(this.signal);
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
