import { orAborted } from "../../base/abort.ts";
import { orLate, orLateOrAborted } from "../../base/or-late.ts";
import { traceIdOf } from "../../base/traceparent.ts";
import { Turnover } from "../../base/turnover.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";
import { hasEnded, type Phase } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import { draining } from "../admission/draining.ts";
import type { CallRow, ListedCall, Store } from "../store/store.ts";
import type { Caller } from "../tenants/caller.ts";
import { newCall, optionsOf, rowOf, type Start } from "./acceptance.ts";
import { checkBelow, startBelow } from "./below.ts";
import type { CallsSettings } from "./calls-settings.ts";
import { keyForgotten, keyReused } from "./key-faults.ts";
import { OpenCalls } from "./open-calls.ts";
import { givenOf } from "./options.ts";
import type { Client, Presences } from "./presence.ts";
import { Refused } from "./refused.ts";
import { nothingRemembered } from "./remembered.ts";
import { Run, type RunSubject } from "./run.ts";
import type { RunServices } from "./run-services.ts";
import { unknownCall } from "./unknown-call.ts";
import { viewOf } from "./view.ts";
import type { ChildStart } from "./work.ts";

/** After everybody was told to stop, a call that cannot be written ends with the process. */
const lastWaitMs = 20_000;

/** The calls of this daemon: accepted durably, run, ended once, whoever is connected. */
export class Calls {
  readonly #services: RunServices;
  readonly #store: Store;
  readonly #presences: Presences;
  readonly #settings: CallsSettings;
  readonly #runs = new Turnover<CallId, Run>();
  readonly #open: OpenCalls;
  readonly #refused: Refused;
  readonly #recovered = Promise.withResolvers<void>();
  #draining = false;

  constructor(
    parts: Omit<RunServices, "endingOf" | "givenOf" | "below"> & {
      store: Store;
      presences: Presences;
      settings: CallsSettings;
    },
  ) {
    this.#services = {
      ...parts,
      endingOf: (call) => this.#endingOf(call),
      givenOf: (call) => givenOf(parts.store, call),
      below: (above, child, signal) => this.#below(above, child, signal),
    };
    this.#store = parts.store;
    this.#presences = parts.presences;
    this.#settings = parts.settings;
    this.#open = new OpenCalls(parts.settings.open);
    this.#refused = new Refused(parts);
    parts.presences.onLeft = (client) => this.#left(client);
  }

  /**
   * Resolves once the call is durable, with what it came to where that became durable at once. The same key gives the
   * same call.
   */
  async start(start: Start): Promise<ListedCall & { ended?: CallView }> {
    const { principal } = start.caller;
    this.#admits(start);
    this.#open.refuseIfFull(principal);
    const parent = this.#parentOf(start);
    const options = optionsOf(start, parent === undefined ? 0 : parent.options.depth + 1);
    const at = this.#services.clock.wallMs();
    const id = this.#services.newId() as CallId;
    const call = newCall(start, { id, at, options, sharedAfter: at - this.#settings.shareMs });
    const leftMs = options.deadlineMs ?? Number.POSITIVE_INFINITY;
    const givenBytes = call.input.length + call.options.length;
    this.#open.refuseIfLarge(principal, givenBytes);
    const row = rowOf(call, at);
    const given = { work: start.work, input: start.input, givenBytes, options };
    const run = this.#supervise({ row, call, ...given, record: nothingRemembered(), leftMs, parent });
    const { accepted, state } = await run.begun;
    const { watch } = this.#services;
    if (accepted.kind === "conflict") throw keyReused(accepted.call);
    if (accepted.kind === "same" || accepted.sharedWith !== null)
      watch.deduplicated(accepted.kind === "same" ? "key" : "shared");
    if (accepted.kind === "same") return accepted.row;
    const ended = hasEnded(state.phase) ? await run.ended : undefined;
    return { ...row, state, sharedWith: accepted.sharedWith, ...(ended && { ended }) };
  }

  /**
   * Goes on with a call of an earlier start, below the one above it where that goes on too; the other way round it
   * ends.
   */
  recover(subject: Omit<RunSubject, "parent">): void {
    const above = subject.row.parent;
    const parent = above === null ? undefined : this.#runs.get(above);
    const run = this.#supervise({ ...subject, parent });
    if (above !== null && parent === undefined) run.cancel("caller", "the call above it has ended");
  }

  /** Every call of an earlier start has ended or goes on. */
  recovered(): void {
    this.#recovered.resolve();
  }

  /** Whether a start under this key would find the call of an earlier one. */
  async isStarted({ principal }: Caller, key: string): Promise<boolean> {
    return (await this.#store.call({ key, principal })) !== undefined;
  }

  /** The caller's call; `call.unknown` for another principal's as for none. */
  async get(caller: Caller, call: CallId): Promise<CallView> {
    return viewOf(await this.#owned(caller, call));
  }

  /** The caller's calls, newest first. */
  async list(
    caller: Caller,
    filter: { limit: number; before?: CallId; phase?: Phase; tool?: string },
  ): Promise<CallView[]> {
    return (await this.#store.calls({ principal: caller.principal, ...filter })).map(viewOf);
  }

  /** The call once it has ended, or as it is after `timeoutMs`; the end of a wait ends nothing. */
  async wait(caller: Caller, call: CallId, wait: { timeoutMs: number; signal: AbortSignal }): Promise<CallView> {
    const row = await this.#owned(caller, call);
    const run = this.#runs.get(call);
    if (run === undefined || hasEnded(row.state.phase)) return await this.get(caller, call);
    const { clock } = this.#services;
    const view = await orLateOrAborted(run.ended, { clock, afterMs: wait.timeoutMs }, wait.signal);
    return view ?? (await this.get(caller, call));
  }

  /** Answers the state that the call has afterwards, also where it had ended before. */
  async control(caller: Caller, call: CallId, action: "pause" | "resume" | "cancel"): Promise<CallView> {
    await this.#owned(caller, call);
    const run = this.#runs.get(call);
    if (action === "cancel") run?.cancel("caller");
    if (action === "pause") await run?.pause("caller");
    if (action === "resume") await run?.resume();
    await run?.flushed();
    return await this.get(caller, call);
  }

  /** The call's handle is with its client, of this session where one is named: that may go, and the call stays. */
  release(call: CallId, session?: SessionId): void {
    const run = this.#runs.get(call);
    if (session === undefined || run?.row.session === session) run?.attachment.release();
  }

  /** Bytes for the program's standard input, resolved once taken; else `call.ended` or `process.gone`. */
  async input(caller: Caller, call: CallId, input: { bytes: Uint8Array; after: "end" | "more" }): Promise<void> {
    const run = await this.#running(caller, call);
    await run.input(input.bytes, input.after);
  }

  /** Rows and columns of the program's terminal; `call.ended`, `process.no-terminal` or `process.gone`. */
  async resize(caller: Caller, call: CallId, size: { rows: number; cols: number }): Promise<void> {
    const run = await this.#running(caller, call);
    await run.resize(size);
  }

  /** Answers a question once, resolved when that is durable; `call.ended`, or `input.invalid` where it is not asked. */
  async answer(caller: Caller, call: CallId, answer: { request: string; value: unknown }): Promise<CallView> {
    const run = await this.#running(caller, call);
    await run.answer(answer.request, answer.value);
    return await this.get(caller, call);
  }

  /** Lets nothing more begin for a token or principal that is no longer good; what runs goes on. */
  refuse(whose: { token: TokenId } | { principal: PrincipalId }): void {
    this.#refused.add("token" in whose ? whose.token : whose.principal);
  }

  /** Ends the calls of a token or principal that is no longer good, those that are being accepted too. */
  cancelOf(whose: { token: TokenId } | { principal: PrincipalId }): void {
    this.refuse(whose);
    for (const run of this.#runs.values()) {
      const isTheirs = "token" in whose ? run.row.token === whose.token : run.row.principal === whose.principal;
      if (isTheirs) run.cancel("caller", "its credential was revoked");
    }
  }

  /** Lets calls of a principal begin again that was refused. */
  admit(principal: PrincipalId): void {
    this.#refused.delete(principal);
  }

  /** Whether a session started a call that has not ended yet. */
  hasOpen(session: SessionId): boolean {
    for (const { row } of this.#runs.values()) if (row.session === session) return true;
    return false;
  }

  /** How many calls are in each phase now. */
  phases(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const run of this.#runs.values()) counts[run.phase] = (counts[run.phase] ?? 0) + 1;
    return counts;
  }

  /** Refuses new calls, lets the running ones finish for `graceMs`, then ends what is left. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (graceMs > 0) await this.#allEnded(graceMs);
    for (const run of this.#runs.values()) run.cancel("shutdown");
    await this.#allEnded(lastWaitMs);
  }

  /** Resolves when no call runs, at the latest after `withinMs`. */
  async #allEnded(withinMs: number): Promise<void> {
    const ended = Promise.all([...this.#runs.values()].map((run) => run.ended));
    await orLate(ended, { clock: this.#services.clock, afterMs: withinMs });
  }

  #supervise(subject: RunSubject): Run {
    const run = new Run(this.#services, subject);
    const { row, options } = run;
    const place = this.#open.enter(row.principal, row.sharedWith === null ? subject.givenBytes : 0);
    if (subject.call?.share !== undefined) place.lightenIfShared(run.begun);
    this.#runs.set(row.id, run);
    if (row.session !== null && options.onDisconnect === "cancel") this.#presences.expect({ session: row.session });
    run.ended
      .then((view) => {
        this.#runs.delete(row.id);
        place[Symbol.dispose]();
        if (view === undefined) return;
        const trace = traceIdOf(options.traceparent);
        this.#services.watch.ended(view, { principal: row.principal, trace });
      })
      .catch((error) => this.#services.watch.bug(error, row.id));
    return run;
  }

  #admits({ caller, request }: Start): void {
    if (this.#refused.has(caller))
      throw new Fault("auth.revoked", "Cannot start a call: its credential was revoked, expected one that is good");
    // What a running call starts belongs to what may still finish.
    if (this.#draining && caller.call === undefined) throw draining("start a call");
    const { keepMs } = this.#settings;
    if (request.keyedAt !== undefined && request.keyedAt < this.#services.clock.wallMs() - keepMs)
      throw keyForgotten(keepMs);
  }

  /** The call under which this caller's calls run; its token ends with that call. */
  #parentOf({ caller: { call }, work }: Start): Run | undefined {
    if (call === undefined) return undefined;
    const parent = this.#runs.get(call);
    if (parent === undefined || parent.isEnding)
      throw new Fault("call.ended", `Cannot start a call under ${call}: it has ended, expected one that runs`);
    checkBelow(parent, work);
    return parent;
  }

  /** What an earlier attempt started is joined; the calls of earlier starts are known only once all are looked at. */
  async #below(above: CallId, child: ChildStart, signal: AbortSignal): Promise<CallView> {
    await orAborted(this.#recovered.promise, signal);
    const parent = this.#runs.get(above);
    if (parent === undefined) throw new Error(`Expected ${above} to run`);
    const { id } = await this.start(startBelow(parent, child, parent.deadline.leftMs));
    using _events = child.onEvent && this.#services.journal.listen(id, child.onEvent);
    const view = await orAborted(this.#endingOf(id), signal);
    if (view === undefined) throw unknownCall(id);
    parent.recall(view);
    return view;
  }

  async #endingOf(call: CallId): Promise<CallView | undefined> {
    const view = await this.#runs.get(call)?.ended;
    if (view !== undefined) return view;
    const row = await this.#store.call({ call });
    return row === undefined ? undefined : viewOf(row);
  }

  async #owned(caller: Caller, call: CallId): Promise<CallRow> {
    const row = await this.#store.call({ call, principal: caller.principal });
    if (row === undefined) throw unknownCall(call);
    return row;
  }

  async #running(caller: Caller, call: CallId): Promise<Run> {
    const { state } = await this.#owned(caller, call);
    const run = this.#runs.get(call);
    if (run !== undefined) return run;
    const message = `Cannot reach ${call}: it is ${state.phase}, expected one that runs`;
    throw new Fault("call.ended", message, { facts: { phase: state.phase } });
  }

  #left(client: Client): void {
    for (const run of this.#runs.values()) {
      const isTheirs = "waiter" in client ? run.row.id === client.waiter : run.row.session === client.session;
      const isMissed = isTheirs && run.attachment.goesWithClient && !this.#presences.isHeld(run.row.id);
      if (isMissed) run.cancel("caller", "its client has left");
    }
  }
}
