import { orAborted } from "../../base/abort.ts";
import { Lots } from "../../base/lots.ts";
import { orLateOrAborted } from "../../base/or-late.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";
import { hasEnded, type Phase } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import { draining } from "../admission/draining.ts";
import type { CallRow, ListedCall, Store } from "../store/store.ts";
import type { Caller } from "../tenants/caller.ts";
import { newCall, optionsOf, rowOf, type Start } from "./acceptance.ts";
import type { CallsSettings } from "./calls-settings.ts";
import { Children } from "./children.ts";
import { keyForgotten, keyReused } from "./key-faults.ts";
import { givenOf } from "./options.ts";
import type { Presences } from "./presence.ts";
import { Refused } from "./refused.ts";
import { nothingRemembered } from "./remembered.ts";
import type { Run } from "./run.ts";
import type { RunServices } from "./run-services.ts";
import type { RunSubject } from "./run-subject.ts";
import { Runs } from "./runs.ts";
import { gone, type Input } from "./standard-input.ts";
import { unknownCall } from "./unknown-call.ts";
import { viewOf } from "./view.ts";

/**
 * So many calls begin in one turn: the store commits them while the next begin, and each commit is still one for many. A
 * turn that begins all there are would have the store wait for it, and then wait for the store.
 */
const startsATurn = 24;

/** The calls of this daemon: accepted durably, run, ended once, whoever is connected. */
export class Calls {
  readonly #services: RunServices;
  readonly #store: Store;
  readonly #settings: CallsSettings;
  readonly #runs: Runs;
  readonly #children: Children;
  readonly #refused: Refused;
  readonly #starts: Lots;
  #draining = false;

  constructor(
    parts: Omit<RunServices, "endingOf" | "givenOf" | "below"> & {
      store: Store;
      presences: Presences;
      settings: CallsSettings;
    },
  ) {
    const { store, presences, settings, journal } = parts;
    this.#services = {
      ...parts,
      endingOf: (call) => this.#runs.endingOf(call),
      givenOf: (call) => givenOf(store, call),
      below: (above, child, signal) => this.#children.run(above, child, signal),
    };
    this.#store = store;
    this.#settings = settings;
    this.#runs = new Runs({ services: this.#services, store, presences, limits: settings.open });
    this.#children = new Children({ runs: this.#runs, journal, start: (start) => this.start(start) });
    this.#refused = new Refused(parts);
    this.#starts = new Lots({ turnEnd: journal.turnEnd, most: startsATurn });
  }

  /**
   * Resolves once the call is durable, with what it came to where that became durable at once. The same key gives the
   * same call.
   */
  async start(start: Start): Promise<ListedCall & { ended?: CallView }> {
    const turn = this.#starts.enter();
    if (turn !== undefined) await turn;
    const { principal, principalName } = start.caller;
    this.#admits(start);
    this.#runs.open.refuseIfFull(principal);
    const parent = this.#children.parentOf(start);
    const options = optionsOf(start, parent === undefined ? 0 : parent.options.depth + 1);
    const at = this.#services.clock.wallMs();
    const id = this.#services.newId() as CallId;
    const call = newCall(start, { id, at, options, sharedAfter: at - this.#settings.shareMs });
    const leftMs = options.deadlineMs ?? Number.POSITIVE_INFINITY;
    const givenBytes = call.input.length + call.options.length;
    this.#runs.open.refuseIfLarge(principal, givenBytes);
    const row = rowOf(call, at);
    const given = { work: start.work, input: start.input, givenBytes, options };
    const run = this.#runs.supervise(
      { row, principalName, call, ...given, record: nothingRemembered(), leftMs },
      parent,
    );
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
  recover(subject: RunSubject): void {
    this.#children.recover(subject);
  }

  /** Every call of an earlier start has ended or goes on. */
  recovered(): void {
    this.#children.recovered();
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
    if (action === "pause") await run?.rest.pause("caller");
    if (action === "resume") await run?.rest.resume();
    await run?.flushed();
    return await this.get(caller, call);
  }

  /** The call's handle is with its client, of this session where one is named: that may go, and the call stays. */
  release(call: CallId, session?: SessionId): void {
    const run = this.#runs.get(call);
    if (session === undefined || run?.row.session === session) run?.attachment.release();
  }

  /**
   * Bytes for the program's standard input, resolved once taken; those that come before the program wait for it, also
   * when whoever sent them has left. Refuses with `call.ended`, and as {@link StandardInput.take} does.
   */
  async input(caller: Caller, call: CallId, { bytes, after, signal }: Input & { signal: AbortSignal }): Promise<void> {
    const { input } = await this.#running(caller, call);
    if (input === undefined) throw gone(call);
    const give = async () => {
      using _held = input.hasBegun ? undefined : this.#runs.open.hold({ principal: caller.principal, call, bytes });
      await input.take({ bytes, after });
    };
    await orLeft(give(), signal);
  }

  /** Rows and columns of the program's terminal; `call.ended`, `process.no-terminal` or `process.gone`. */
  async resize(
    caller: Caller,
    call: CallId,
    { signal, ...size }: { rows: number; cols: number; signal: AbortSignal },
  ): Promise<void> {
    const { input } = await this.#running(caller, call);
    if (input === undefined) throw gone(call);
    await orLeft(input.resize(size), signal);
  }

  /** Answers a question once, resolved when that is durable; `call.ended`, or `input.invalid` where it is not asked. */
  async answer(caller: Caller, call: CallId, answer: { request: string; value: unknown }): Promise<CallView> {
    const run = await this.#running(caller, call);
    await run.rest.answer(answer.request, answer.value);
    return await this.get(caller, call);
  }

  /** Lets nothing more begin for a token or principal that is no longer good; what runs goes on. */
  refuse(whose: { token: TokenId } | { principal: PrincipalId }): void {
    this.#refused.add("token" in whose ? whose.token : whose.principal);
  }

  /** Ends the calls of a token or principal that is no longer good, those that are being accepted too. */
  cancelOf(whose: { token: TokenId } | { principal: PrincipalId }): void {
    this.refuse(whose);
    this.#runs.cancelOf(whose);
  }

  /** Lets calls of a principal begin again that was refused. */
  admit(principal: PrincipalId): void {
    this.#refused.delete(principal);
  }

  /** Whether a session started a call that has not ended yet. */
  hasOpen(session: SessionId): boolean {
    return this.#runs.hasOpen(session);
  }

  /** How many calls are in each phase now. */
  phases(): Record<string, number> {
    return this.#runs.phases();
  }

  /** Refuses new calls, lets the running ones finish for `graceMs`, then ends what is left. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    await this.#runs.drain(graceMs);
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
}

/** What is under way goes on without whoever waits for it; what is refused at once is told also when nobody waits any more. */
async function orLeft(doing: Promise<void>, signal: AbortSignal): Promise<void> {
  doing.catch(() => {});
  if (signal.aborted) await Promise.race([doing, new Promise(setImmediate)]);
  await orAborted(doing, signal);
}
