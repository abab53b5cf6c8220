import { stoppedBy } from "../../base/abort.ts";
import { Fault } from "../../protocol/fault.ts";
import { spendingOf } from "../../protocol/result.ts";
import type { Account } from "../budgets/account.ts";
import { looping } from "../budgets/loop-rule.ts";
import { endingByCause, endingByError } from "../calls/ending.ts";
import type { RunState } from "./turn.ts";

const shownText = 4000;

/** What is told of the end of a run that failed: why the call was ended, or what went wrong in it. */
export function faultOf(error: unknown, signal: AbortSignal): Fault {
  const by = stoppedBy(signal);
  return by === undefined ? endingByError(error).fault : endingByCause({ by, partial: false }, error).fault;
}

/** The same fault with what was done until then. */
export function withDone(fault: Fault, { turn, uses, said }: RunState): Fault {
  const text = said.findLast(({ message }) => message.role === "assistant" && message.text !== "")?.message.text;
  const done = {
    turns: turn,
    uses: Object.fromEntries(uses),
    ...(text !== undefined && { said: text.slice(0, shownText) }),
  };
  return fault.with({ done });
}

/** `call.looping`: the same tools were used in the same way, and came to the same, once too often. */
export function sameTurn(turn: number, { times, tools }: { times: number; tools: readonly string[] }): Fault {
  const same = `turn ${turn} is the one of ${times} that used ${tools.join(", ")} in the same way and came to the same`;
  return looping("go on with the run", same, { turn, times, tools });
}

/** `budget.exceeded`: the last turn had come, and the model still asked for tools. */
export function outOfTurns({ limits, usage }: Pick<Account, "limits" | "usage">): Fault {
  const message =
    "Cannot go on with the run: its model still wanted tools where the last turn had come, expected a larger budget or more time";
  const facts = { allowed: limits.modelCalls, spent: spendingOf(usage) };
  return new Fault("budget.exceeded", message, { facts: { limit: "modelCalls", ...facts } });
}
