import { expect } from "vitest";
import type { CallHandle } from "../../src/client/call-handle.ts";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { VendorServer } from "../support/vendor-server.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

const budgetUsd = 0.2;
/** What the vendor bills for every request that reached it, answered or not. */
const usage = { inputTokens: 10, outputTokens: 500 };
const price = { input: 1e-6, output: 3.2e-6 };
const billedUsd = usage.inputTokens * price.input + usage.outputTokens * price.output;

promise(
  "run.budget",
  "200 calls at once against one daily budget, killed in the middle: the vendor's bill never exceeds it",
  async () => {
    await using vendor = await VendorServer.open();
    const answer = { kind: "answer", text: "fine", usage } as const;
    vendor.otherwise = () => (vendor.seen.length <= 12 ? answer : { kind: "hang" });
    await using daemon = await startDaemon({
      env: {
        GLM_API_KEY: "a-key-of-a-vendor",
        GLM_API_URL: vendor.baseUrl,
        EXAI_WS_GLM_MAX_INFLIGHT: "16",
        EXAI_WS_SESSION_MAX_INFLIGHT: "16",
        EXAI_BUDGET_USD_PER_DAY: String(budgetUsd),
      },
    });
    await using client = clientOf(daemon);
    const ask = async (index: number): Promise<CallHandle> => {
      const input = { prompt: `question ${index}`, model: "glm/glm-5", maxOutputTokens: 1000 };
      return await startPatiently(client, "chat", { input });
    };
    const calls = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    await vendor.arrived(28);
    await daemon.kill("SIGKILL");
    vendor.otherwise = () => answer;
    await daemon.restart();
    const views = await Promise.all(calls.map(async (call) => await call.result()));
    const bill = vendor.seen.length * billedUsd;
    expect(bill).toBeLessThanOrEqual(budgetUsd);
    const { rows } = await client.request("spend.get", {}, never);
    const spent = rows.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
    expect(spent).toBeGreaterThanOrEqual(bill - 1e-9);
    expect(spent).toBeLessThanOrEqual(budgetUsd + 1e-9);
    const ends = views.map(({ phase, fault }) => fault?.code ?? phase);
    const answered = ends.filter((end) => end === "succeeded");
    expect(answered.length).toBeGreaterThan(12);
    expect(ends.filter((end) => end === "budget.exceeded")).toHaveLength(200 - answered.length);
    const refused = views.find(({ fault }) => fault !== undefined)?.fault;
    expect(refused).toMatchObject({
      facts: { limit: "usdPerDay", allowed: budgetUsd },
      retry: { afterMs: expect.any(Number) },
    });
  },
);
