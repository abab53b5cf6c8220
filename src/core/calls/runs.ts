import { orLate } from "../../base/or-late.ts";
import { traceIdOf } from "../../base/traceparent.ts";
import { Turnover } from "../../base/turnover.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Store } from "../store/store.ts";
import { OpenCalls, type OpenLimits } from "./open-calls.ts";
import type { Client, Presences } from "./presence.ts";
import { Run } from "./run.ts";
import type { RunServices } from "./run-services.ts";
import type { RunSubject } from "./run-subject.ts";
import { viewOf } from "./view.ts";

/** After everybody was told to stop, a call that cannot be written ends with the process. */
const lastWaitMs = 20_000;

export interface RunsParts {
  services: RunServices;
  store: Pick<Store, "call">;
  presences: Presences;
  limits: OpenLimits;
}

/** The calls of this daemon that have not ended, each supervised from its acceptance to its ending. */
export class Runs {
  readonly #parts: RunsParts;
  readonly #byCall = new Turnover<CallId, Run>();
  /** How much room there is for more. */
  readonly open: OpenCalls;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    this.open = new OpenCalls(parts.limits);
    parts.presences.onLeft((client) => this.#left(client));
  }

  /** The run of a call that has not ended. */
  get(call: CallId): Run | undefined {
    return this.#byCall.get(call);
  }

  /** One more until its ending is durable, below another where there is one. */
  supervise(subject: RunSubject, parent?: Run): Run {
    const { services, presences } = this.#parts;
    const run = new Run(services, subject, parent);
    const { row, options } = run;
    const place = this.open.enter(row.principal, row.sharedWith === null ? subject.givenBytes : 0);
    if (subject.call?.share !== undefined) place.lightenIfShared(run.begun);
    this.#byCall.set(row.id, run);
    if (row.session !== null && options.onDisconnect === "cancel") presences.expect({ session: row.session });
    run.ended
      .then((view) => {
        this.#byCall.delete(row.id);
        place[Symbol.dispose]();
        if (view === undefined) return;
        const trace = traceIdOf(options.traceparent);
        services.watch.ended(view, { principal: row.principal, principalName: run.principalName, trace });
      })
      .catch((error) => services.watch.bug(error, row.id));
    return run;
  }

  /** What a call has come to, once it has ended; nothing where there is none such. */
  async endingOf(call: CallId): Promise<CallView | undefined> {
    const view = await this.#byCall.get(call)?.ended;
    if (view !== undefined) return view;
    const row = await this.#parts.store.call({ call });
    return row === undefined ? undefined : viewOf(row);
  }

  /** Ends those of a token or principal that is no longer good, those that are being accepted too. */
  cancelOf(whose: { token: TokenId } | { principal: PrincipalId }): void {
    for (const run of this.#byCall.values()) {
      const isTheirs = "token" in whose ? run.row.token === whose.token : run.row.principal === whose.principal;
      if (isTheirs) run.cancel("caller", "its credential was revoked");
    }
  }

  /** Whether a session started one of them. */
  hasOpen(session: SessionId): boolean {
    for (const { row } of this.#byCall.values()) if (row.session === session) return true;
    return false;
  }

  /** How many are in each phase now. */
  phases(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const run of this.#byCall.values()) counts[run.phase] = (counts[run.phase] ?? 0) + 1;
    return counts;
  }

  /** Lets them finish for `graceMs`, then ends what is left. */
  async drain(graceMs: number): Promise<void> {
    if (graceMs > 0) await this.#allEnded(graceMs);
    for (const run of this.#byCall.values()) run.cancel("shutdown");
    await this.#allEnded(lastWaitMs);
  }

  /** Resolves when no call runs, at the latest after `withinMs`. */
  async #allEnded(withinMs: number): Promise<void> {
    const ended = Promise.all([...this.#byCall.values()].map((run) => run.ended));
    await orLate(ended, { clock: this.#parts.services.clock, afterMs: withinMs });
  }

  #left(client: Client): void {
    for (const run of this.#byCall.values()) {
      const isTheirs = "waiter" in client ? run.row.id === client.waiter : run.row.session === client.session;
      const isMissed = isTheirs && run.attachment.goesWithClient && !this.#parts.presences.isHeld(run.row.id);
      if (isMissed) run.cancel("caller", "its client has left");
    }
  }
}
