import type { Deadline } from "../../base/deadline.ts";
import type { Role, Scope } from "../../protocol/access-methods.ts";
import type { AgentEvent } from "../../protocol/agent-run.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import type { CallId, PrincipalId, SessionId, ThreadId, TokenId } from "../../protocol/ids.ts";
import type { Budget } from "../../protocol/methods.ts";
import type { CallView, Result, Usage } from "../../protocol/result.ts";
import type { Account } from "../budgets/account.ts";
import type { Allowance } from "../tenants/allowance.ts";
import type { Span } from "./watch.ts";

/** What an unsafe step came to. `unknown` means a crash fell between its effect and its record: nobody may do it again blindly. */
export type Step<T> = { outcome: "done"; value: T } | { outcome: "unknown" };

/** What freezes with a paused call: a command's tree. */
export interface Pausable {
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** What takes a call's standard input. Refuses with `process.input-full` or `process.gone`. */
export interface Feedable {
  input(bytes: Uint8Array): Promise<void>;
  endInput(): Promise<void>;
  /** A terminal's new size; absent where there is no terminal. `gone` where nothing lives any more. */
  resize?(size: { rows: number; cols: number }): Promise<"done" | "gone">;
}

/** A call below a running one. */
export interface ChildStart {
  /** Names it within the call above, over all attempts of that. */
  step: string;
  /** Whoever asks has seen that the call's token may use it. */
  work: Work;
  /** As the tool's own schema parsed it. */
  input: Readonly<Record<string, unknown>>;
  budget?: Budget | undefined;
  /** What programs below it may use; those of the call above unless told. */
  allowance?: Allowance | undefined;
  /** Told whenever something of it was recorded: it lives. */
  onEvent?: () => void;
}

/** Who the call runs for, as its token stood when it was accepted. */
export interface Owner {
  principal: PrincipalId;
  /** The token that started the call. */
  token?: TokenId;
  /** The session that did; absent where it was started without one, or below another call. */
  session?: SessionId;
  role: Role;
  roots: readonly string[];
  /** The base of relative paths and the default working directory. */
  cwd?: string;
  /** Of a call below an agent run: what that was given. */
  allowance?: Allowance;
}

/** All that a running tool may touch. It belongs to one call; nothing of it outlives the call. */
export interface CallContext {
  readonly call: CallId;
  readonly tool: string;
  readonly owner: Owner;
  readonly thread?: ThreadId;
  /** 1 for the first run; recovery adds one. */
  readonly attempt: number;
  /** When the call first began to run, milliseconds since 1970: what a resumed wait counts from. */
  readonly startedAt: number;
  /** Aborts with `Cancelled`; everything that waits takes it. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** W3C traceparent of the tool's span. */
  readonly traceparent: string;
  readonly budget: Budget;
  /** What it and all below it used so far; the ending carries it. */
  readonly usage: Usage;
  /** What it may spend on models; a child's takes of its parent's too. */
  readonly account: Account;
  /** Files that travelled with the call, by the path the client named. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What earlier attempts told of an agent run, in order: it is not told again. */
  readonly told: readonly AgentEvent[];

  /** Appends an event; order is kept, a batch goes out with the turn. Never throws. */
  emit<T extends EventType>(type: T, data: EventData<T>): void;
  /** Resolves when everything emitted so far is durable. */
  flushed(): Promise<void>;
  /** Text of the answer as it comes; kept until the whole answer is. Of a later try voids what an earlier one showed. */
  delta(kind: "text" | "reasoning", text: string, tries?: number): void;
  /**
   * Runs `effect` once over all attempts of the call: `step.started` is durable before it, `step.recorded`
   * after it, and a recorded value is returned instead of running again. After a crash in the middle it runs again.
   * A name stands for one step of the call. Refuses with `call.interrupted` where the record says that nobody knows
   * what came of it.
   */
  step<T>(name: string, effect: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** A step that must not run again after a crash in the middle: it comes back as `unknown`. */
  unsafeStep<T>(name: string, effect: (signal: AbortSignal) => Promise<T>): Promise<Step<T>>;
  /**
   * Another tool as a call below this one, under its permits, from its account, in its name: it ends with this one at
   * the latest. Resolves with its ending, whatever that is. A crash joins it: a step's child is started once over all attempts.
   */
  child(start: ChildStart): Promise<CallView>;
  /** A span inside the tool's, for one request to somebody else; whoever starts it ends it. */
  span(name: string, attributes: Readonly<Record<string, string | number>>): Span;
  /** A slot at `provider:account` for one model request, to be disposed after it; nothing else is waited for under it. */
  slot(provider: string, signal: AbortSignal): Promise<Disposable>;
  /** Asks the user; resolves with the answer from any connection of the principal. */
  ask(prompt: string, schema?: unknown): Promise<unknown>;
  /** Registers what pauses with the call. */
  pausable(part: Pausable): Disposable;
  /** Registers what takes `call.input`, and what of that has waited for it; commands only. */
  feedable(part: Feedable): Disposable;
}

/** What runs in a call. A function of (context, input); it keeps nothing. */
export interface Work {
  readonly name: string;
  /** The scope that its callers need. */
  readonly scope: Scope;
  /** Which permits it takes. */
  readonly lane: "work" | "command";
  /** It is one of the few agent runs that a principal may have at once, and never below another one. */
  readonly agentRun?: true;
  /** How many steps its calls may have where their budget does not say fewer; 50. */
  readonly maxSteps?: number;
  /** The same request twice may share one run. */
  readonly idempotent: boolean;
  /** Whether this input names files, which may be others the next time: such a run is shared with nobody. */
  readsFiles?(input: Readonly<Record<string, unknown>>): boolean;
  /** Recovery may run it again; its steps are not repeated. */
  readonly resumable: boolean;
  /** It has no effect outside of its steps: it may begin while its acceptance is on its way, and go in one commit with it. */
  readonly beginsEarly?: boolean;
  /** With this input it ends in the turn in which it begins: also what may be shared begins early then, since waiting for another's run would take longer. */
  endsAtOnce?(input: Readonly<Record<string, unknown>>): boolean;
  /** What happens to it when its client has left. */
  readonly onDisconnect: "keep" | "cancel";
  /** Changes when equal input no longer means an equal answer. */
  readonly version: string;
  /** Milliseconds it may take; `Infinity` for none. */
  timeoutMs(input: Readonly<Record<string, unknown>>, detached: boolean): number;
  /** Whether this input asks to go on without its client, as a start that is `detached` does. */
  detaches?(input: Readonly<Record<string, unknown>>): boolean;
  /** The thread that a call of it belongs to: one that its input names, or a new one, called like the call. */
  thread?(input: Readonly<Record<string, unknown>>, call: CallId): ThreadId | undefined;
  /** What a call that shares another's success makes of it, where the result names what belongs to one call alone. */
  adopt?(call: { thread: ThreadId; principal: PrincipalId }, result: Result): Promise<Result>;
  /** The provider slot that belongs to its first grant, where that is known, as `provider:account`. */
  provider?(input: Readonly<Record<string, unknown>>): string | undefined;
  run(context: CallContext, input: Readonly<Record<string, unknown>>): Promise<Result>;
}
