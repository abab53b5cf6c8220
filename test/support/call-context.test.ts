import { describe } from "vitest";
import { Cancelled } from "../../src/base/abort.ts";
import { type CallContextPlace, callContextContract } from "../../src/core/calls/call-context.contract.ts";
import { type AgentEvent, isAgentEvent } from "../../src/protocol/agent-run.ts";
import type { Budget } from "../../src/protocol/methods.ts";
import { TestCallContext } from "./call-context.ts";
import { ManualClock } from "./manual-clock.ts";

describe("TestCallContext", () => callContextContract(async (budget) => attemptsOf(budget)));

function attemptsOf(budget: Budget): CallContextPlace {
  const clock = new ManualClock();
  let last: TestCallContext | undefined;
  return {
    attempt: async () => {
      const told = last?.emitted.filter(({ type }) => isAgentEvent(type)) as AgentEvent[] | undefined;
      const before = last && { recorded: last.recorded, attempt: last.attempt + 1, told: told ?? [] };
      last?.[Symbol.dispose]();
      last = new TestCallContext({ clock, budget, ...before });
      return last;
    },
    cancel: async () => last?.abort.abort(new Cancelled("caller")),
    [Symbol.asyncDispose]: async () => last?.[Symbol.dispose](),
  };
}
