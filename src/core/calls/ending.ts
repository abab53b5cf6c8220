import type { CancelledBy } from "../../base/abort.ts";
import type { TerminalType } from "../../protocol/endings.ts";
import { Fault } from "../../protocol/fault.ts";
import { endingOf } from "../fold/call-state.ts";

/** How a call ends, before its usage is added. */
export interface Ending {
  type: Exclude<TerminalType, "call.succeeded">;
  fault: Fault;
}

interface Cause {
  by: CancelledBy;
  reason?: string;
  /** A result or part of one came nevertheless and is kept in the journal. */
  partial: boolean;
}

const sentences: Record<
  CancelledBy,
  { code: "call.cancelled" | "call.deadline" | "budget.exceeded" | "call.shutdown"; message: string }
> = {
  caller: { code: "call.cancelled", message: "Cancelled by its caller" },
  deadline: {
    code: "call.deadline",
    message: "Cannot finish in time: its deadline has passed, expected an end before it",
  },
  limit: { code: "budget.exceeded", message: "Cannot go on: a limit was reached, expected less or a higher one" },
  shutdown: {
    code: "call.shutdown",
    message: "Cannot finish: the daemon is stopping, expected another try once it is there again",
  },
};

/** The ending that a decided cause leads to, whatever the tool made of its signal. */
export function endingByCause(cause: Cause, error?: unknown): Ending {
  if (error instanceof Fault && error.code === "process.unkillable") return { type: "call.failed", fault: error };
  const { code, message } = sentences[cause.by];
  const said = cause.reason === undefined ? message : `${message}: ${cause.reason}`;
  return { type: endingOf[cause.by], fault: new Fault(code, said, { facts: { partial: cause.partial } }) };
}

/** The ending of a call whose tool failed by itself. A bug keeps its text in the log. */
export function endingByError(error: unknown): Ending {
  if (error instanceof Fault) return { type: "call.failed", fault: error };
  return { type: "call.failed", fault: unexpected("finish") };
}

/** `internal`: what nobody expected, without a word of it. */
export function unexpected(verb: string): Fault {
  return new Fault("internal", `Cannot ${verb}: something unexpected failed, expected in the daemon's log`);
}
