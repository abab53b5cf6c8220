import type { Clock } from "../../src/base/clock.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { Account } from "../../src/core/budgets/account.ts";
import { limitsOf } from "../../src/core/budgets/spending.ts";
import type { CallContext, ChildStart, Owner, Step } from "../../src/core/calls/work.ts";
import type { AgentEvent } from "../../src/protocol/agent-run.ts";
import { type EventData, type EventType, eventData } from "../../src/protocol/events.ts";
import { Fault, type FaultView } from "../../src/protocol/fault.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";
import type { Budget } from "../../src/protocol/methods.ts";
import { type CallView, noUsage, type Usage } from "../../src/protocol/result.ts";

export interface Emitted {
  type: EventType;
  data: Record<string, unknown>;
}

type Effect<T> = (signal: AbortSignal) => Promise<T>;
type Steps = ReadonlyMap<string, { came?: Came }>;
type Came = { outcome: "done"; value: unknown } | { outcome: "failed"; fault: FaultView } | { outcome: "unknown" };

/** As many as a call may take whose budget does not say. */
const usualSteps = 50;

export interface TestCallContextParts {
  clock: Clock;
  call?: string;
  tool?: string;
  principal?: string;
  attempt?: number;
  budget?: Budget;
  leftMs?: number;
  /** The account of the call above. */
  above?: Account;
  /** Steps that an earlier attempt began, with what those came to that it recorded. */
  recorded?: Steps;
  /** What an earlier attempt told of an agent run. */
  told?: readonly AgentEvent[];
  roots?: readonly string[];
  /** What calls below it come to. */
  child?: (start: ChildStart) => Promise<CallView>;
  /** What the user answers. */
  answer?: (prompt: string) => Promise<unknown>;
}

/** A call's context without the call: it keeps the contract, and what the tool emits is checked against its schema and stays here, in order. */
export class TestCallContext implements CallContext, Disposable {
  readonly call: CallId;
  readonly tool: string;
  readonly owner: Owner;
  readonly attempt: number;
  readonly startedAt: number;
  readonly deadline: Deadline;
  readonly traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  /** Spans that were begun, and how they ended. */
  readonly spans: { name: string; failed?: string }[] = [];
  readonly budget: Budget;
  readonly usage: Usage = { ...noUsage, models: [] };
  readonly account: Account;
  readonly files: ReadonlyMap<string, Uint8Array> = new Map();
  readonly abort = new AbortController();
  readonly emitted: Emitted[] = [];
  /** Slots held now, by name. */
  readonly slots: string[] = [];
  readonly recorded: Map<string, { came?: Came }>;
  readonly told: readonly AgentEvent[];
  readonly #child: TestCallContextParts["child"];
  readonly #answer: TestCallContextParts["answer"];
  readonly #begun = new Set<string>();
  #counted = 0;
  readonly #waits: { type: EventType; count: number; resolve: () => void }[] = [];

  constructor(parts: TestCallContextParts) {
    const {
      clock,
      call = "call-1",
      tool = "chat",
      principal = "ada",
      attempt = 1,
      budget = {},
      leftMs = 180_000,
    } = parts;
    this.call = call as CallId;
    this.tool = tool;
    this.owner = { principal: principal as PrincipalId, role: "user", roots: parts.roots ?? [] };
    this.attempt = attempt;
    this.startedAt = clock.wallMs();
    this.deadline = new Deadline(clock, leftMs);
    this.budget = budget;
    this.account = new Account({ usage: this.usage, limits: limitsOf(budget), above: parts.above });
    this.recorded = new Map(parts.recorded);
    this.told = parts.told ?? [];
    this.#child = parts.child;
    this.#answer = parts.answer;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  span(name: string): { traceparent: string; end(outcome: { failed?: string }): void } {
    return { traceparent: this.traceparent, end: (outcome) => void this.spans.push({ name, ...outcome }) };
  }

  emit<T extends EventType>(type: T, data: EventData<T>): void {
    eventData[type].parse(data);
    this.emitted.push({ type, data: { ...data } });
    for (const wait of this.#waits) if (this.of(wait.type).length >= wait.count) wait.resolve();
  }

  /** Resolves once `count` events of the type were emitted in all. */
  async until(type: EventType, count = 1): Promise<void> {
    if (this.of(type).length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waits.push({ type, count, resolve });
    await promise;
  }

  async flushed(): Promise<void> {}

  delta(kind: "text" | "reasoning", text: string, tries = 1): void {
    this.emit("output.delta", { attempt: this.attempt, ...(tries === 1 ? {} : { try: tries }), kind, text });
  }

  async step<T>(name: string, effect: Effect<T>): Promise<T> {
    const step = await this.#once(name, "safe", effect);
    if (step.outcome === "done") return step.value;
    throw new Fault("call.interrupted", `Cannot go on with step ${name}`, { facts: { step: name } });
  }

  async unsafeStep<T>(name: string, effect: Effect<T>): Promise<Step<T>> {
    return await this.#once(name, "unsafe", effect);
  }

  async slot(provider: string): Promise<Disposable> {
    this.slots.push(provider);
    return { [Symbol.dispose]: () => void this.slots.splice(this.slots.indexOf(provider), 1) };
  }

  async child(start: ChildStart): Promise<CallView> {
    if (this.#child === undefined) throw new Error("No call is below this one");
    return await this.#child(start);
  }

  async ask(prompt: string): Promise<unknown> {
    if (this.#answer === undefined) throw new Error("Nobody answers questions here");
    return await this.#answer(prompt);
  }

  pausable(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  feedable(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  /** The types emitted, in order. */
  get types(): EventType[] {
    return this.emitted.map(({ type }) => type);
  }

  /** The data of every event of the type. */
  of(type: EventType): Record<string, unknown>[] {
    return this.emitted.filter((event) => event.type === type).map(({ data }) => data);
  }

  async #once<T>(name: string, repeat: "safe" | "unsafe", effect: Effect<T>): Promise<Step<T>> {
    if (this.#begun.has(name)) throw new Error(`Cannot begin step ${name}: this attempt had one of that name`);
    this.#begun.add(name);
    const before = this.recorded.get(name);
    if (before?.came !== undefined) return replayed<T>(before.came);
    if (before !== undefined && repeat === "unsafe") return this.#came(name, { outcome: "unknown" });
    this.#count();
    this.signal.throwIfAborted();
    this.recorded.set(name, {});
    try {
      const value = await effect(this.signal);
      return this.#came(name, { outcome: "done", value });
    } catch (error) {
      if (error instanceof Fault && !this.signal.aborted) this.#came(name, { outcome: "failed", fault: error.view() });
      throw error;
    }
  }

  #came<C extends Came>(name: string, came: C): C {
    this.recorded.set(name, { came });
    return came;
  }

  #count(): void {
    const steps = Math.min(usualSteps, this.budget.steps ?? usualSteps);
    this.#counted += 1;
    if (this.#counted > steps) throw new Fault("budget.exceeded", "Cannot begin another step", { facts: { steps } });
  }

  [Symbol.dispose](): void {
    this.deadline[Symbol.dispose]();
  }
}

function replayed<T>(came: Came): Step<T> {
  if (came.outcome === "failed") throw Fault.from(came.fault);
  return came as Step<T>;
}
