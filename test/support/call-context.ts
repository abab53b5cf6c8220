import type { Clock } from "../../src/base/clock.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { Account } from "../../src/core/budgets/account.ts";
import { limitsOf } from "../../src/core/budgets/spending.ts";
import type { CallContext, ChildStart, Owner, Step } from "../../src/core/calls/work.ts";
import type { AgentEvent } from "../../src/protocol/agent-run.ts";
import { type EventData, type EventType, eventData } from "../../src/protocol/events.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";
import type { Budget } from "../../src/protocol/methods.ts";
import { type CallView, noUsage, type Usage } from "../../src/protocol/result.ts";

export interface Emitted {
  type: EventType;
  data: Record<string, unknown>;
}

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
  /** Steps that an earlier attempt recorded. */
  recorded?: ReadonlyMap<string, unknown>;
  /** What an earlier attempt told of an agent run. */
  told?: readonly AgentEvent[];
  roots?: readonly string[];
  /** What calls below it come to. */
  child?: (start: ChildStart) => Promise<CallView>;
  /** What the user answers. */
  answer?: (prompt: string) => Promise<unknown>;
}

/** A call's context without the call: what the tool emits is checked against its schema and stays here, in order. */
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
  readonly recorded: Map<string, unknown>;
  readonly told: readonly AgentEvent[];
  readonly #child: TestCallContextParts["child"];
  readonly #answer: TestCallContextParts["answer"];
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

  async step<T>(name: string, effect: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.recorded.has(name)) return this.recorded.get(name) as T;
    const value = await effect(this.signal);
    this.recorded.set(name, value);
    return value;
  }

  async unsafeStep<T>(name: string, effect: (signal: AbortSignal) => Promise<T>): Promise<Step<T>> {
    return { outcome: "done", value: await this.step(name, effect) };
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

  [Symbol.dispose](): void {
    this.deadline[Symbol.dispose]();
  }
}
