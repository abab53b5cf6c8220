import { Cancelled, type CancelledBy, orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import { parseTraceparent } from "../../base/traceparent.ts";
import { Fault } from "../../protocol/fault.ts";
import { type CallView, noUsage, type Result, type Usage } from "../../protocol/result.ts";
import type { Admission } from "../admission/admission.ts";
import type { CallRow } from "../store/store.ts";
import { RunContext } from "./context.ts";
import { type Ending, endingByCause, endingByError } from "./ending.ts";
import { Gate } from "./gate.ts";
import type { Journal } from "./journal.ts";
import type { CallOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { patiently } from "./patience.ts";
import { Questions } from "./questions.ts";
import type { Remembered } from "./remembered.ts";
import { Rest } from "./rest.ts";
import { Seat } from "./seat.ts";
import { viewOf } from "./view.ts";
import type { CallWatch, Span, Tracer } from "./watch.ts";
import type { Pausable, Work } from "./work.ts";

/** What every run of this daemon shares. */
export interface RunServices {
  journal: Journal;
  admission: Admission;
  clock: Clock;
  watch: CallWatch;
  tracer: Tracer;
  newId: () => string;
}

/** What is this run's own. */
export interface RunSubject {
  row: CallRow;
  work: Work;
  /** The parsed input. */
  input: Readonly<Record<string, unknown>>;
  options: CallOptions;
  record: Remembered;
  /** Milliseconds that are left of its deadline. */
  leftMs: number;
  /** The ending of the call that this one shares, where it does. */
  leader?: Promise<CallView | undefined>;
  /** Under whose permits it runs. */
  parent?: Run;
}

/**
 * One call from its acceptance to its ending: permits, tool, terminal event. Whatever happens, it writes
 * exactly one ending and gives back what it held.
 */
export class Run {
  readonly row: CallRow;
  readonly options: CallOptions;
  readonly children = new Set<Run>();
  /** Resolves with what callers see once the ending is durable; with nothing if the call became another owner's. */
  readonly ended: Promise<CallView | undefined>;
  readonly #services: RunServices;
  readonly #subject: RunSubject;
  readonly #outbox: Outbox;
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;
  readonly #gate = new Gate();
  readonly #rest: Rest;
  readonly #seat: Seat;
  readonly #questions: Questions;
  readonly #beganMs: number;
  #context: RunContext | undefined;
  #reason: string | undefined;
  #ending: Pick<CallView, "result" | "fault" | "usage"> | undefined;

  constructor(services: RunServices, subject: RunSubject) {
    const { row, options, work, input } = subject;
    this.row = row;
    this.options = options;
    this.#services = services;
    this.#subject = subject;
    this.#beganMs = services.clock.monotonicMs();
    const onLost = () => this.#abort.abort(new Cancelled("shutdown", "another owner has this call"));
    this.#outbox = new Outbox({ ...services, row, onLost });
    this.#questions = new Questions({ ...services, outbox: this.#outbox, record: subject.record });
    const provider = work.provider?.(input);
    const ask = {
      principal: row.principal,
      session: options.lane,
      lane: work.lane,
      ...(row.thread === null ? {} : { thread: row.thread }),
      ...(provider === undefined ? {} : { provider }),
      onQueued: (place: number) => void this.#outbox.emit("call.queued", { place }),
    };
    this.#seat = new Seat({ admission: services.admission, ask, gate: this.#gate });
    this.#deadline = new Deadline(services.clock, subject.leftMs);
    this.#deadline.signal.addEventListener("abort", () => this.cancel("deadline"), { once: true });
    this.#rest = new Rest({
      outbox: this.#outbox,
      questions: this.#questions,
      seat: this.#seat,
      gate: this.#gate,
      deadline: this.#deadline,
      clock: services.clock,
      signal: this.#abort.signal,
      frozen: () => this.#frozen(),
    });
    subject.parent?.children.add(this);
    this.ended = this.#live();
  }

  get phase(): CallView["phase"] {
    return this.#outbox.state.phase;
  }

  get seq(): number {
    return this.#outbox.state.seq;
  }

  /** The first cause wins; a call that has ended, or is being ended, stays as it is. */
  cancel(by: CancelledBy, reason?: string): void {
    if (!this.#outbox.emit("call.cancelling", reason === undefined ? { by } : { by, reason })) return;
    this.#reason = reason;
    this.#abort.abort(new Cancelled(by, reason));
    for (const child of this.children) child.cancel(by, reason);
  }

  /** No new step starts, commands are frozen, permits go back. Without effect on what waits, ends or has ended. */
  async pause(by: "caller" | "parent"): Promise<void> {
    await this.#rest.pause(by);
  }

  /** Goes on as soon as its permits are back, ahead of its session's new calls. */
  async resume(): Promise<void> {
    await this.#rest.resume();
  }

  /** Answers a question that the tool asked; `input.invalid` where there is none. */
  async answer(request: string, value: unknown): Promise<void> {
    this.#questions.answer(request, value);
    await this.#outbox.flushed();
  }

  /** Bytes for the program's standard input; `process.gone` where none takes them. */
  async input(bytes: Uint8Array, after: "end" | "more"): Promise<void> {
    const [part] = this.#context?.feedables ?? [];
    if (part === undefined)
      throw new Fault("process.gone", `Cannot write to ${this.row.id}: nothing there takes input`);
    if (bytes.length > 0) await part.input(bytes);
    if (after === "end") part.endInput();
  }

  /** The size of the program's terminal; `process.no-terminal` where it has none, `process.gone` where it has ended. */
  async resize(size: { rows: number; cols: number }): Promise<void> {
    const [part] = this.#context?.feedables ?? [];
    if (part !== undefined && part.resize === undefined)
      throw new Fault("process.no-terminal", `Cannot resize ${this.row.id}: it has pipes, expected a terminal`);
    if ((await part?.resize?.(size)) !== "done")
      throw new Fault("process.gone", `Cannot resize ${this.row.id}: nothing runs there`);
  }

  /** Resolves when everything that was decided so far is durable. */
  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  async #live(): Promise<CallView | undefined> {
    const attributes = { "exai.call": this.row.id, "exai.tool": this.row.tool };
    const span = this.#services.tracer.start("call", { parent: this.options.traceparent, attributes });
    try {
      this.#succeed(await this.#serve(span));
    } catch (error) {
      this.#write(this.#endingFor(error));
    } finally {
      this.#seat[Symbol.dispose]();
      this.#deadline[Symbol.dispose]();
      this.#rest[Symbol.dispose]();
      this.#subject.parent?.children.delete(this);
      this.#context?.account.end();
      span.end(this.phase === "succeeded" ? {} : { failed: this.phase });
    }
    await this.#outbox.flushed();
    return this.#view();
  }

  #view(): CallView | undefined {
    if (this.#ending === undefined) return undefined;
    const { phase, seq } = this;
    return { ...viewOf(this.row), phase, seq, endedAt: this.#outbox.lastAt, ...this.#ending };
  }

  /** What the call comes to: the result it shares, or its own. */
  async #serve(span: Span): Promise<Result> {
    const { leader, parent, work, input } = this.#subject;
    const shared = leader === undefined ? undefined : await orAborted(leader, this.#abort.signal);
    if (shared?.phase === "succeeded" && shared.result !== undefined && shared.result.partial !== true)
      return await this.#adopted(shared.result);
    if (parent === undefined) await this.#seat.take(this.#abort.signal);
    using _thread = parent === undefined ? undefined : this.#threadBelow(parent);
    await this.#gate.passed(this.#abort.signal);
    this.#outbox.emit("call.started", { attempt: this.#outbox.state.attempts + 1 });
    const tool = this.#services.tracer.start("tool", {
      parent: span.traceparent,
      attributes: { "exai.tool": work.name },
    });
    try {
      this.#context = this.#newContext(tool);
      const running = work.run(this.#context, input);
      const giveUp = () => this.#abandon(running);
      return await patiently(running, { clock: this.#services.clock, signal: this.#abort.signal, giveUp });
    } finally {
      tool.end({});
    }
  }

  async #adopted(result: Result): Promise<Result> {
    const { thread, principal } = this.row;
    const { work } = this.#subject;
    return thread === null || work.adopt === undefined ? result : await work.adopt({ thread, principal }, result);
  }

  /** A call runs on the thread of one above it, or on another that is free. */
  #threadBelow(parent: Run): Disposable | undefined {
    const { thread, principal } = this.row;
    if (thread === null) return undefined;
    for (let above: Run | undefined = parent; above !== undefined; above = above.#subject.parent)
      if (above.row.thread === thread) return undefined;
    return this.#services.admission.thread(thread, principal);
  }

  #newContext({ traceparent }: Span): RunContext {
    const { record, parent } = this.#subject;
    return new RunContext({
      row: this.row,
      options: this.options,
      outbox: this.#outbox,
      record,
      gate: this.#gate,
      deadline: this.#deadline,
      signal: this.#abort.signal,
      startedAt: record.startedAt ?? this.#services.clock.wallMs(),
      traceparent,
      tracer: this.#services.tracer,
      above: parent === undefined ? undefined : parent.#context?.account,
      ask: (prompt, schema) => this.#rest.ask(schema === undefined ? { prompt } : { prompt, schema }),
      slot: (provider, signal) => this.#seat.slot(provider, signal),
    });
  }

  /** The permit of a tool that does not stop stays with it, counted apart. */
  #abandon(running: Promise<Result>): void {
    const permits = this.#seat.quarantine();
    const giveBack = () => permits[Symbol.dispose]();
    running.then(giveBack, giveBack);
  }

  *#frozen(): Iterable<Pausable> {
    yield* this.#context?.pausables ?? [];
    for (const child of this.children) yield { pause: () => child.pause("parent"), resume: () => child.resume() };
  }

  #succeed(result: Result): void {
    const ending = { result, usage: this.#usage() };
    if (this.#outbox.emit("call.succeeded", ending)) {
      this.#ending = ending;
      return;
    }
    this.#outbox.emit("step.recorded", { step: "result", outcome: "done", value: result });
    const by = this.#outbox.state.cancelling;
    if (by !== undefined) this.#write(endingByCause({ by, partial: true, ...this.#why() }));
  }

  #endingFor(error: unknown): Ending {
    const by = this.#outbox.state.cancelling;
    if (by !== undefined) return endingByCause({ by, partial: false, ...this.#why() }, error);
    if (!(error instanceof Fault)) this.#services.watch.bug(error, this.row.id);
    return endingByError(error);
  }

  #why(): { reason?: string } {
    return this.#reason === undefined ? {} : { reason: this.#reason };
  }

  #write(ending: Ending): void {
    const trace = parseTraceparent(this.options.traceparent)?.traceId;
    const data = { fault: ending.fault.view(trace), usage: this.#usage() };
    if (this.#outbox.emit(ending.type, data)) this.#ending = data;
  }

  #usage(): Usage {
    const wallMs = Math.round(this.#services.clock.monotonicMs() - this.#beganMs);
    return { ...(this.#context?.usage ?? noUsage), wallMs, queuedMs: Math.round(this.#seat.waitedMs) };
  }
}
