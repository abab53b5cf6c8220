import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";

/** Where the life of calls is told: the log, the metrics. Nothing a watcher does changes an outcome. */
export interface CallWatch {
  /** A call has ended: one line. `view` is what callers see. */
  ended(view: CallView, about: { principal: PrincipalId; principalName?: string | undefined; trace: string }): void;
  /** A start that led to no run of its own: its key was known, or another call's run serves it. */
  deduplicated(how: "key" | "shared"): void;
  /** A failure that must not change an outcome. */
  swallowed(place: string, error: unknown, call?: CallId): void;
  /** An error nobody expected: its stack is for the log, never for the wire. */
  bug(error: unknown, call?: CallId): void;
}

/** A stretch of work in a trace. */
export interface Span {
  /** W3C traceparent for what happens inside. */
  readonly traceparent: string;
  end(outcome: { failed?: string }): void;
}

/** Makes the spans that join a client's request to every nested call and model request. */
export interface Tracer {
  start(name: string, about: { parent?: string; attributes?: Readonly<Record<string, string | number>> }): Span;
}
