import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { AskingBench } from "../../../test/support/asking-bench.ts";
import type { Reply } from "../../../test/support/vendor-server.ts";

const broken: Reply = { kind: "status", status: 500 };

describe("another model", () => {
  promise("run.no-silent-model", "answers only where the policy names it, and the answer says so", async () => {
    const fallbacks = new Map([["bench/small-1", ["spare"]]]);
    await using bench = await AskingBench.open([broken], { fallbacks });
    using call = bench.context({ leftMs: 2000 });
    const answer = await bench.ask(call, { prompt: "a" });
    const why = "fallback for bench/small-1 by the setting EXAI_MODEL_FALLBACKS: model.unavailable";
    expect(answer).toMatchObject({ provider: "spare", model: "large-1", why, text: "echo: a" });
    expect(call.usage.models.map(({ provider }) => provider)).toEqual(["bench", "spare"]);
    expect(call.usage.modelCalls).toBe(2);
  });

  test("that cannot take the question is passed over, and where none can, the first failure is told with theirs", async () => {
    const fallbacks = new Map([["bench", ["absent/a", "spare/large-9", "spare"]]]);
    await using bench = await AskingBench.open([broken, broken], { fallbacks, perDay: { usd: 1 } });
    bench.spare.reply({ kind: "answer", text: "hi" }, { kind: "status", status: 401 });
    using first = bench.context({ call: "call-1", leftMs: 2000 });
    using second = bench.context({ call: "call-2", leftMs: 2000 });
    expect(await bench.ask(first, { prompt: "a" })).toMatchObject({ provider: "spare", model: "large-1" });
    await expect(bench.ask(second, { prompt: "a" })).rejects.toMatchObject({
      code: "model.unavailable",
      facts: {
        provider: "bench",
        tries: 1,
        fallbacks: [
          { model: "absent/a", code: "model.unknown" },
          { model: "spare/large-9", code: "budget.price-unknown" },
          { model: "spare", code: "model.credentials" },
        ],
      },
    });
  });

  promise("run.no-silent-model", "does not answer where the policy names none", async () => {
    await using bench = await AskingBench.open([broken]);
    using call = bench.context({ leftMs: 2000 });
    await expect(bench.ask(call, { prompt: "a" })).rejects.toMatchObject({ code: "model.unavailable" });
    expect(bench.spare.seen).toEqual([]);
  });

  promise("run.no-silent-model", "does not answer for a request that was refused", async () => {
    const fallbacks = new Map([["bench", ["spare"]]]);
    await using bench = await AskingBench.open([{ kind: "status", status: 400 }], { fallbacks });
    using call = bench.context();
    await expect(bench.ask(call, { prompt: "a" })).rejects.toMatchObject({ code: "model.refused" });
    expect(bench.spare.seen).toEqual([]);
  });
});
