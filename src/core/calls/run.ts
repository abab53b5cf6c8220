import { Cancelled, type CancelledBy, orAborted, Stop } from "../../base/abort.ts";
import { Deadline } from "../../base/deadline.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { type CallView, noUsage, type Result, type Usage } from "../../protocol/result.ts";
import type { ListedCall } from "../store/store.ts";
import { beginsEarly } from "./acceptance.ts";
import { Attachment } from "./attachment.ts";
import { slotsBelow } from "./below.ts";
import { CallPermits } from "./call-permits.ts";
import { Conclusion } from "./conclusion.ts";
import { RunContext } from "./context.ts";
import { Family } from "./family.ts";
import { Gate } from "./gate.ts";
import { needsOf } from "./needs.ts";
import type { CallOptions, Given } from "./options.ts";
import { type Begun, Outbox } from "./outbox.ts";
import { Rest } from "./rest.ts";
import type { RunParts } from "./run-parts.ts";
import type { RunServices } from "./run-services.ts";
import type { RunSubject } from "./run-subject.ts";
import { RunningTool } from "./running-tool.ts";
import { StandardInput } from "./standard-input.ts";
import { viewOf } from "./view.ts";
import type { Span } from "./watch.ts";
import type { Pausable, Work } from "./work.ts";

/**
 * One call from its acceptance to its ending: permits, tool, terminal event. Whatever happens, it writes
 * exactly one ending and gives back what it held.
 */
export class Run {
  readonly row: ListedCall;
  /** Its principal's, where that is at hand. */
  readonly principalName: string | undefined;
  /** Without its files. */
  readonly options: CallOptions;
  readonly work: Work;
  readonly parent: Run | undefined;
  readonly deadline: Deadline;
  readonly attachment: Attachment;
  /** What ends, rests and goes on with this call. */
  readonly family = new Family();
  /** Of its program, from the call's acceptance on; only a command has one. */
  readonly input: StandardInput | undefined;
  /** Resolves once it is accepted, or rejects where it cannot be. */
  readonly begun: Promise<Begun>;
  /** Resolves with what callers see once the ending is durable; with nothing if the call became another owner's. */
  readonly ended: Promise<CallView | undefined>;
  readonly #parts: RunParts;
  readonly #isEarly: boolean;
  /** Absent where it shares another call, which may take long. */
  #given: Given | undefined;
  readonly #conclusion: Conclusion;
  readonly #stop = new Stop();
  readonly #underParent: Disposable | undefined;
  readonly #beganMs: number;
  #rest: Rest | undefined;
  #context: RunContext | undefined;
  #running: RunningTool<Result> | undefined;

  /** `parent` is the call under whose permits it runs. */
  constructor(services: RunServices, subject: RunSubject, parent?: Run) {
    const { row, call, work, record } = subject;
    const { admission, journal, clock, watch } = services;
    const options = { ...subject.options, files: {} };
    this.row = row;
    this.principalName = subject.principalName;
    this.options = options;
    this.work = work;
    this.parent = parent;
    this.#isEarly = beginsEarly(subject);
    this.#given = row.sharedWith === null ? { input: subject.input, files: subject.options.files } : undefined;
    this.#beganMs = clock.monotonicMs();
    const onLost = () => this.#halt(new Cancelled("shutdown", "this call is not, or no longer, its own"));
    const outbox = new Outbox({ journal, clock, watch, row, onLost });
    const gate = new Gate();
    const ask = { ...needsOf(subject), onQueued: (place: number) => void outbox.emit("call.queued", { place }) };
    const permits = new CallPermits({ admission, ask, gate });
    const deadline = new Deadline(clock, subject.leftMs, () => this.cancel("deadline"));
    this.deadline = deadline;
    this.input = work.lane === "command" ? new StandardInput(row.id) : undefined;
    this.#parts = { services, row, work, options, record, outbox, gate, permits, deadline, stop: this.#stop };
    this.attachment = new Attachment({ outbox, options, record });
    this.#conclusion = new Conclusion(this.#parts, () => this.#usage());
    this.#underParent = parent?.family.adopt(this);
    const accepted = { kind: "new", sharedWith: row.sharedWith, bytes: 0 } as const;
    this.begun = call === undefined ? Promise.resolve({ accepted, state: row.state }) : outbox.begin(call);
    this.ended = this.#live();
  }

  get phase(): CallView["phase"] {
    return this.#parts.outbox.state.phase;
  }

  /** The first cause wins; a call that has ended, or is being ended, stays as it is. */
  cancel(by: CancelledBy, reason?: string): void {
    if (!this.#parts.outbox.emit("call.cancelling", reason === undefined ? { by } : { by, reason })) return;
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

  /** Whether it runs or rests: no new step starts in a call at rest, commands are frozen, permits go back. Most never rest. */
  get rest(): Rest {
    this.#rest ??= new Rest(this.#parts, () => this.#frozen());
    return this.#rest;
  }

  /** Resolves when everything that was decided so far is durable. */
  async flushed(): Promise<void> {
    await this.#parts.outbox.flushed();
  }

  async #live(): Promise<CallView | undefined> {
    const { services, permits, outbox } = this.#parts;
    const attributes = { "exai.call": this.row.id, "exai.tool": this.row.tool };
    const span = services.tracer.start("call", { parent: this.options.traceparent, attributes });
    try {
      this.#conclusion.succeed(await this.#serve(span));
    } catch (error) {
      this.#conclusion.fail(error);
    } finally {
      permits[Symbol.dispose]();
      this.deadline[Symbol.dispose]();
      this.#rest?.[Symbol.dispose]();
      this.input?.[Symbol.dispose]();
      this.#underParent?.[Symbol.dispose]();
      this.family.cancel("caller", "the call above it has ended");
      this.#context?.account.end();
      span.end(this.phase === "succeeded" ? {} : { failed: this.phase });
    }
    await outbox.flushed();
    return this.#view();
  }

  #view(): CallView | undefined {
    const { told } = this.#conclusion;
    const { state, lastAt: endedAt, sharedWith, isLost } = this.#parts.outbox;
    if (told === undefined || isLost) return undefined;
    return { ...viewOf({ ...this.row, state, endedAt, sharedWith }), ...told };
  }

  /** What the call comes to: the result it shares, or its own. */
  async #serve(span: Span): Promise<Result> {
    const { services, permits, gate, outbox } = this.#parts;
    const shared = this.#isEarly ? undefined : await this.#shared();
    if (shared?.phase === "succeeded" && shared.result !== undefined && shared.result.partial !== true)
      return await this.#adopted(shared.result);
    const { parent } = this;
    if (parent !== undefined) await parent.family.ready(this.#stop.signal);
    else if (!permits.takeNow(this.#stop)) await permits.take(this.#stop);
    using _besides = parent === undefined ? undefined : slotsBelow(this, services.admission);
    if (!gate.isOpen) await gate.passed(this.#stop.signal);
    const given = this.#given ?? (await services.givenOf(this.row.id));
    this.#stop.throwIfDecided();
    outbox.emit("call.started", { attempt: outbox.state.attempts + 1 });
    const attributes = { "exai.tool": this.work.name };
    const tool = services.tracer.start("tool", { parent: span.traceparent, attributes });
    try {
      this.#context = this.#newContext(tool, given.files);
      this.family.toolRuns();
      const answer = this.work.run(this.#context, given.input);
      using running = new RunningTool({ clock: services.clock, answer, permits });
      this.#running = running;
      if (this.#stop.reason !== undefined) running.stopped(this.#stop.reason);
      return await running.answer;
    } finally {
      tool.end({});
    }
  }

  #newContext({ traceparent }: Span, files: Given["files"]): RunContext {
    const above = this.parent === undefined ? undefined : this.parent.#context?.account;
    return new RunContext(this.#parts, { traceparent, files, above, input: this.input, rest: () => this.rest });
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
    return await orAborted(this.#parts.services.endingOf(accepted.sharedWith), this.#stop.signal);
  }

  #halt(reason: Cancelled): void {
    this.#stop.decide(reason);
    this.#running?.stopped(reason);
  }

  *#frozen(): Iterable<Pausable> {
    yield* this.#context?.pausables ?? [];
    yield* this.family.frozen();
  }

  #usage(): Usage {
    const { services, permits } = this.#parts;
    const wallMs = Math.round(services.clock.monotonicMs() - this.#beganMs);
    return { ...(this.#context?.usage ?? noUsage), wallMs, queuedMs: Math.round(permits.waitedMs) };
  }
}
