import { Cancelled, type CancelledBy, orAborted, Stop } from "../../base/abort.ts";
import { Deadline } from "../../base/deadline.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { type CallView, noUsage, type Result, type Usage } from "../../protocol/result.ts";
import type { ListedCall, NewCall } from "../store/store.ts";
import { beginsEarly } from "./acceptance.ts";
import { Attachment } from "./attachment.ts";
import { slotsBelow } from "./below.ts";
import { CallPermits } from "./call-permits.ts";
import { Conclusion } from "./conclusion.ts";
import { RunContext } from "./context.ts";
import { Family } from "./family.ts";
import { type Fed, feed, resize } from "./feeding.ts";
import { Gate } from "./gate.ts";
import { needsOf } from "./needs.ts";
import type { CallOptions, Given } from "./options.ts";
import { type Begun, Outbox } from "./outbox.ts";
import { Patience } from "./patience.ts";
import { Questions } from "./questions.ts";
import type { Remembered } from "./remembered.ts";
import { Rest } from "./rest.ts";
import type { RunServices } from "./run-services.ts";
import { viewOf } from "./view.ts";
import type { Span } from "./watch.ts";
import type { Pausable, Work } from "./work.ts";

/** What is this run's own. */
export interface RunSubject {
  row: ListedCall;
  /** Where it is not accepted yet: its acceptance is the first thing that it writes. */
  call?: NewCall;
  work: Work;
  /** The parsed input. */
  input: Readonly<Record<string, unknown>>;
  /** How large input and options are as text. */
  givenBytes: number;
  options: CallOptions;
  record: Remembered;
  /** Milliseconds that are left of its deadline. */
  leftMs: number;
  /** Under whose permits it runs. */
  parent?: Run | undefined;
}

/**
 * One call from its acceptance to its ending: permits, tool, terminal event. Whatever happens, it writes
 * exactly one ending and gives back what it held.
 */
export class Run {
  readonly row: ListedCall;
  /** Without its files. */
  readonly options: CallOptions;
  readonly work: Work;
  readonly parent: Run | undefined;
  readonly attachment: Attachment;
  /** Resolves once it is accepted, or rejects where it cannot be. */
  readonly begun: Promise<Begun>;
  /** Resolves with what callers see once the ending is durable; with nothing if the call became another owner's. */
  readonly ended: Promise<CallView | undefined>;
  readonly #services: RunServices;
  readonly #record: Remembered;
  readonly #isEarly: boolean;
  /** Absent where it shares another call, which may take long. */
  #given: Given | undefined;
  readonly #outbox: Outbox;
  readonly #conclusion: Conclusion;
  readonly #stop = new Stop();
  readonly deadline: Deadline;
  readonly #gate = new Gate();
  /** What ends, rests and goes on with this call. */
  readonly family = new Family();
  readonly #permits: CallPermits;
  readonly #underParent: Disposable | undefined;
  readonly #beganMs: number;
  #rest: Rest | undefined;
  #context: RunContext | undefined;
  #patience: Patience<Result> | undefined;
  #sharedWith: CallId | null;

  constructor(services: RunServices, subject: RunSubject) {
    const { row, call, options, work } = subject;
    this.row = row;
    this.options = { ...options, files: {} };
    this.work = work;
    this.parent = subject.parent;
    this.#services = services;
    this.#record = subject.record;
    this.#isEarly = beginsEarly(subject);
    this.#given = row.sharedWith === null ? { input: subject.input, files: options.files } : undefined;
    this.#sharedWith = row.sharedWith;
    this.#beganMs = services.clock.monotonicMs();
    const { admission, journal, clock, watch } = services;
    const onLost = () => this.#halt(new Cancelled("shutdown", "this call is not, or no longer, its own"));
    this.#outbox = new Outbox({ journal, clock, watch, row, onLost });
    this.attachment = new Attachment({ outbox: this.#outbox, options, record: subject.record });
    this.#conclusion = new Conclusion({ outbox: this.#outbox, watch, subject: this, usage: () => this.#usage() });
    const ask = { ...needsOf(subject), onQueued: (place: number) => void this.#outbox.emit("call.queued", { place }) };
    this.#permits = new CallPermits({ admission, ask, gate: this.#gate });
    this.deadline = new Deadline(clock, subject.leftMs, () => this.cancel("deadline"));
    this.#underParent = subject.parent?.family.adopt(this);
    const accepted = { kind: "new", sharedWith: row.sharedWith, bytes: 0 } as const;
    this.begun = call === undefined ? Promise.resolve({ accepted, state: row.state }) : this.#outbox.begin(call);
    const shares = (begun: Begun) => {
      if (begun.accepted.kind === "new") this.#sharedWith = begun.accepted.sharedWith;
    };
    // Whoever starts it is told of a refusal.
    if (call?.share !== undefined) this.begun.then(shares, () => {});
    this.ended = this.#live();
  }

  get phase(): CallView["phase"] {
    return this.#outbox.state.phase;
  }

  /** The first cause wins; a call that has ended, or is being ended, stays as it is. */
  cancel(by: CancelledBy, reason?: string): void {
    if (!this.#outbox.emit("call.cancelling", reason === undefined ? { by } : { by, reason })) return;
    this.#conclusion.because(reason);
    this.#halt(new Cancelled(by, reason));
    this.family.cancel(by, reason);
  }

  /** Whether it is to end: nothing begins below it. */
  get isEnding(): boolean {
    return this.#stop.reason !== undefined || hasEnded(this.phase);
  }

  /** Names whom a call below it asked that ended before this start of the daemon. */
  recall({ call, usage }: CallView): void {
    if (!this.family.knows(call)) this.#context?.account.recall(usage);
  }

  /** No new step starts, commands are frozen, permits go back. Without effect on what waits, ends or has ended. */
  async pause(by: "caller" | "parent"): Promise<void> {
    await this.#resting().pause(by);
  }

  /** Goes on as soon as its permits are back, ahead of its session's new calls. */
  async resume(): Promise<void> {
    await this.#resting().resume();
  }

  /** Answers a question that the tool asked; `input.invalid` where there is none. */
  async answer(request: string, value: unknown): Promise<void> {
    await this.#resting().answer(request, value);
  }

  /** Bytes for the program's standard input; `process.gone` where none takes them. */
  async input(bytes: Uint8Array, after: "end" | "more"): Promise<void> {
    await feed(this.#fed, bytes, after);
  }

  /** The size of the program's terminal; `process.no-terminal` where it has none, `process.gone` where it has ended. */
  async resize(size: { rows: number; cols: number }): Promise<void> {
    await resize(this.#fed, size);
  }

  /** Resolves when everything that was decided so far is durable. */
  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  get #fed(): Fed {
    return { call: this.row.id, parts: this.#context?.feedables ?? [] };
  }

  async #live(): Promise<CallView | undefined> {
    const attributes = { "exai.call": this.row.id, "exai.tool": this.row.tool };
    const span = this.#services.tracer.start("call", { parent: this.options.traceparent, attributes });
    try {
      this.#conclusion.succeed(await this.#serve(span));
    } catch (error) {
      this.#conclusion.fail(error);
    } finally {
      this.#permits[Symbol.dispose]();
      this.deadline[Symbol.dispose]();
      this.#rest?.[Symbol.dispose]();
      this.#underParent?.[Symbol.dispose]();
      this.family.cancel("caller", "the call above it has ended");
      this.#context?.account.end();
      span.end(this.phase === "succeeded" ? {} : { failed: this.phase });
    }
    await this.#outbox.flushed();
    return this.#view();
  }

  #view(): CallView | undefined {
    const { told } = this.#conclusion;
    if (told === undefined || this.#outbox.isLost) return undefined;
    const { state, lastAt: endedAt } = this.#outbox;
    return { ...viewOf({ ...this.row, state, endedAt, sharedWith: this.#sharedWith }), ...told };
  }

  /** What the call comes to: the result it shares, or its own. */
  async #serve(span: Span): Promise<Result> {
    const { parent, work } = this;
    const shared = this.#isEarly ? undefined : await this.#shared();
    if (shared?.phase === "succeeded" && shared.result !== undefined && shared.result.partial !== true)
      return await this.#adopted(shared.result);
    if (parent !== undefined) await parent.family.ready(this.#stop.signal);
    else if (!this.#permits.takeNow(this.#stop)) await this.#permits.take(this.#stop);
    using _besides = parent === undefined ? undefined : slotsBelow(this, this.#services.admission);
    if (!this.#gate.isOpen) await this.#gate.passed(this.#stop.signal);
    const given = this.#given ?? (await this.#services.givenOf(this.row.id));
    this.#stop.throwIfDecided();
    this.#outbox.emit("call.started", { attempt: this.#outbox.state.attempts + 1 });
    const attributes = { "exai.tool": work.name };
    const tool = this.#services.tracer.start("tool", { parent: span.traceparent, attributes });
    try {
      this.#context = this.#newContext(tool, given.files);
      this.family.toolRuns();
      const running = work.run(this.#context, given.input);
      const giveUp = () => this.#abandon(running);
      using patience = new Patience({ clock: this.#services.clock, running, giveUp });
      this.#patience = patience;
      if (this.#stop.reason !== undefined) patience.limit(this.#stop.reason);
      return await patience.answer;
    } finally {
      tool.end({});
    }
  }

  async #adopted(result: Result): Promise<Result> {
    const { thread, principal } = this.row;
    return (thread !== null && (await this.work.adopt?.({ thread, principal }, result))) || result;
  }

  /**
   * What the call comes to through another one. Who may share one waits to be accepted, as does every tool but
   * those that may begin early.
   */
  async #shared(): Promise<CallView | undefined> {
    const { accepted } = await this.begun;
    this.#stop.throwIfDecided();
    if (accepted.kind !== "new" || accepted.sharedWith === null) return undefined;
    this.#given = undefined;
    return await orAborted(this.#services.endingOf(accepted.sharedWith), this.#stop.signal);
  }

  #newContext({ traceparent }: Span, files: Given["files"]): RunContext {
    return new RunContext({
      row: this.row,
      work: this.work,
      options: this.options,
      files,
      outbox: this.#outbox,
      record: this.#record,
      gate: this.#gate,
      deadline: this.deadline,
      stop: this.#stop,
      startedAt: this.#record.startedAt ?? this.#services.clock.wallMs(),
      traceparent,
      tracer: this.#services.tracer,
      above: this.parent === undefined ? undefined : this.parent.#context?.account,
      ask: (prompt, schema) => this.#resting().ask(schema === undefined ? { prompt } : { prompt, schema }),
      slot: (provider, signal) => this.#permits.slot(provider, signal),
      child: (start) => this.#services.below(this.row.id, start, this.#stop.signal),
    });
  }

  /** Most calls never rest. */
  #resting(): Rest {
    const { clock, newId } = this.#services;
    const outbox = this.#outbox;
    this.#rest ??= new Rest({
      outbox,
      questions: new Questions({ newId, clock, outbox, record: this.#record }),
      permits: this.#permits,
      gate: this.#gate,
      deadline: this.deadline,
      clock,
      signal: this.#stop.signal,
      frozen: () => this.#frozen(),
    });
    return this.#rest;
  }

  #halt(reason: Cancelled): void {
    this.#stop.decide(reason);
    this.#patience?.limit(reason);
  }

  /** The permit of a tool that does not stop stays with it, counted apart. */
  #abandon(running: Promise<Result>): void {
    const permits = this.#permits.quarantine();
    const giveBack = () => permits[Symbol.dispose]();
    running.then(giveBack, giveBack);
  }

  *#frozen(): Iterable<Pausable> {
    yield* this.#context?.pausables ?? [];
    yield* this.family.frozen();
  }

  #usage(): Usage {
    const wallMs = Math.round(this.#services.clock.monotonicMs() - this.#beganMs);
    return { ...(this.#context?.usage ?? noUsage), wallMs, queuedMs: Math.round(this.#permits.waitedMs) };
  }
}
