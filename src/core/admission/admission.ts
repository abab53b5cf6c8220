import type { PrincipalId, ThreadId } from "../../protocol/ids.ts";

/** All that a call needs before it may run: granted together or not at all. */
export interface Ask {
  principal: PrincipalId;
  /** The session, or token and client name where there is none: whose turn it is within a principal. */
  session: string;
  lane: "work" | "command";
  thread?: ThreadId;
  /** `provider:account` where the first model is known; none for an agent run. */
  provider?: string;
  /** It is one of the agent runs that its principal may have at once. */
  agentRun?: true;
  /** Calls that held a permit before (resumed, answered) go ahead of their session's new ones. */
  ahead: boolean;
  /**
   * What a pause left the call with: it is not asked for again and goes over to the new permit with the grant.
   * No provider slot comes with that grant: a call that ran before takes them as leaves.
   */
  parked?: Permit;
  /** Told once if the permits are not free at once: the place among what its principal has waiting, from 1. */
  onQueued(place: number): void;
}

/** The permits of one call. Disposing gives them back; a second time does nothing. */
export interface Permit extends Disposable {
  /** Milliseconds between asking and the grant. */
  readonly waitedMs: number;
  /** The call has ended but its tool has not: counted apart until it is disposed. */
  quarantine(): void;
  /** Gives back what a pause gives back (a command keeps its slot, a thread its place). */
  park(): Permit;
  /**
   * The provider slot that came with the grant, for the first request, to be disposed after it; given back at
   * once if it is another provider's. Nobody may wait for a leaf while a slot is held: that could deadlock.
   */
  lend(provider: string): Disposable | undefined;
}

/** Slots of one kind at this moment. No grant takes `held` and `quarantined` together beyond `limit`. */
export interface Counts {
  /** By calls that run; those of ended calls whose tool has not ended are counted as `quarantined`. */
  held: number;
  quarantined: number;
  waiting: number;
  limit: number;
}

/** One arbiter for all permits. */
export interface Admission {
  /** All permits where they are free now and nobody is before it, or none. */
  enterNow(ask: Ask): Permit | undefined;
  /** Resolves with all permits or rejects: `admission.queue-full`, `admission.waited`, or the signal's reason. */
  enter(ask: Ask, signal: AbortSignal): Promise<Permit>;
  /** A provider slot taken while running, as a leaf: its holder waits for nothing else. */
  leaf(provider: string, principal: PrincipalId, signal: AbortSignal): Promise<Disposable>;
  /** A thread that a call below another needs besides the others' own: at once, or `thread.busy`. */
  thread(thread: ThreadId, principal: PrincipalId): Disposable;
  /** A place among its principal's agent runs for one below a call that is none: at once, or `admission.queue-full`. */
  agentRun(principal: PrincipalId): Disposable;
  /** By class: `work`, `command`, and `provider:<name>` of those that are in use, all accounts together. */
  counts(): Record<string, Counts>;
}
