import { LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import { Fault } from "../../protocol/fault.ts";
import { askerWith } from "./asker-with.ts";
import type { Asker } from "./question.ts";

/** A time within that of a call. */
export interface Within {
  asker: Asker;
  clock: Clock;
  /** How long whoever is asked may take. */
  ms: number;
  /** What of the call's own time is left for whatever comes after. */
  closingMs: number;
  /** Who is waited for, as the fault names them. */
  who: string;
  facts?: Readonly<Record<string, unknown>>;
}

/** Asks as an asker who has no more time than this. `call.deadline` where that is over before the call's. */
export async function within<T>(
  { asker, clock, ms, closingMs, who, facts }: Within,
  ask: (asker: Asker, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const allowedMs = Math.max(1, Math.min(ms, asker.deadline.leftMs - closingMs));
  using deadline = new Deadline(clock, allowedMs);
  using link = new LinkedAbort(signal);
  deadline.signal.addEventListener("abort", () => link.abort(deadline.signal.reason), { once: true });
  try {
    return await ask(askerWith(asker, { deadline }), link.signal);
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted) throw error;
    const allowed = Math.round(allowedMs);
    const message = `Cannot wait longer for ${who}: ${allowed} ms are over, expected an answer`;
    throw new Fault("call.deadline", message, { facts: { ...facts, allowedMs: allowed } });
  }
}
