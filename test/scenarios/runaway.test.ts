import { expect } from "vitest";
import type { Budgets } from "../../src/core/budgets/budgets.ts";
import type { Work } from "../../src/core/calls/work.ts";
import type { Asking } from "../../src/core/models/asking.ts";
import { promise } from "../promise.ts";
import { workOf } from "../support/core.ts";
import { TalkBench } from "../support/talk-bench.ts";

/** A tool that always asks for one more step; what it asks is the same again, or always something new. */
function runaway(name: string, promptOf: (step: number) => string) {
  return ({ asking, budgets }: { asking: Asking; budgets: Budgets }): Work[] => [
    workOf(name, async (context) => {
      const meter = budgets.meter(context);
      for (let step = 1; ; step++) {
        const messages = [{ role: "user" as const, text: promptOf(step) }];
        const extent = { inputTokens: 10, leastTokens: 10, images: false };
        const { choice } = await asking.room({ tool: name, extent }, context.signal);
        const ask = async (signal: AbortSignal) =>
          await asking.ask({ choice, messages }, { asker: context, meter }, signal);
        await context.step(`step ${step}`, ask);
      }
    }),
  ];
}

promise("run.budget", "a tool that never ends is stopped at five model calls, and says what they took", async () => {
  await using bench = await TalkBench.open({ more: runaway("more", (step) => `step ${step}`) });
  const { id } = await bench.core.start(bench.someone("ada"), { tool: "more" });
  const view = await bench.core.ended(id);
  expect(view).toMatchObject({
    phase: "failed",
    fault: { code: "budget.exceeded", facts: { limit: "modelCalls", allowed: 5, spent: { modelCalls: 5 } } },
    usage: { modelCalls: 5, requests: 5, usd: expect.any(Number) },
  });
  expect(bench.vendor.seen).toHaveLength(5);
  const more = await bench.core.start(bench.someone("ada"), { tool: "more", budget: { modelCalls: 100 } });
  expect(await bench.core.ended(more.id)).toMatchObject({
    fault: { code: "budget.exceeded", facts: { steps: 50 } },
    usage: { modelCalls: 50 },
  });
});

promise(
  "run.loop",
  "a tool that asks the same again and again is stopped at the third time, with the reason",
  async () => {
    await using bench = await TalkBench.open({ more: runaway("again", () => "are we there yet?") });
    const { id } = await bench.core.start(bench.someone("ada"), { tool: "again", budget: { modelCalls: 50 } });
    expect(await bench.core.ended(id)).toMatchObject({
      phase: "failed",
      fault: { code: "call.looping", facts: { times: 2 } },
      usage: { modelCalls: 2 },
    });
    expect(bench.vendor.seen).toHaveLength(2);
  },
);
