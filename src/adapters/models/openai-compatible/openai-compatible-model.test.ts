import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { VendorServer } from "../../../../test/support/vendor-server.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { ModelPart } from "../../../core/models/model.ts";
import { listedModel } from "./listed-model.ts";
import { openaiCompatibleModel } from "./openai-compatible-model.ts";

describe("openaiCompatibleModel", () => modelContract(openaiCompatibleModel));

promise("leak.secret", "an address or key that cannot be used is refused without saying it", () => {
  for (const endpoint of [
    { baseUrl: "http://user:hunter2hunter2@localhost/v1" },
    { baseUrl: "http://localhost/v1?key=hunter2hunter2" },
    { baseUrl: "hunter2hunter2" },
    { baseUrl: "http://localhost/v1", apiKey: "hunter2hunter2\n" },
  ]) {
    const open = () => openaiCompatibleModel({ provider: "mine", ...endpoint });
    expect(open).toThrow(expect.objectContaining({ code: "config.invalid" }));
    expect(open).not.toThrow(/hunter2/);
  }
});

async function endOf(usage: unknown): Promise<ModelPart | undefined> {
  await using vendor = await VendorServer.open();
  const lines = [
    { choices: [{ index: 0, delta: { role: "assistant", content: "hello" } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    { choices: [], usage },
  ];
  const said = lines.map((line) => `data: ${JSON.stringify({ id: "answer", model: "small-1", ...line })}\n\n`);
  vendor.reply({ kind: "recorded", body: `${said.join("")}data: [DONE]\n\n` });
  const model = openaiCompatibleModel({ provider: "mine", baseUrl: vendor.baseUrl });
  const messages = [{ role: "user" as const, text: "say hello" }];
  const never = new AbortController().signal;
  return (await Array.fromAsync(model.answer({ model: "small-1", messages, maxOutputTokens: 9 }, never))).at(-1);
}

promise("run.budget", "usage that leaves out what there must have been is no usage", async () => {
  for (const usage of [{ completion_tokens: 5 }, { prompt_tokens: 10 }, { prompt_tokens: 10, total_tokens: 10 }])
    expect(await endOf(usage)).toEqual({ type: "end", reason: "stop", model: "small-1" });
});

promise("run.budget", "tokens that only the sum names are charged as answered", async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 1015 };
  expect(await endOf(usage)).toMatchObject({ usage: { inputTokens: 10, outputTokens: 1005 } });
});

promise("run.budget", "a listed price is a number, also as text: what is empty or none is no price", () => {
  const priced = (prompt: unknown) => listedModel.parse({ id: "a", pricing: { prompt, completion: "0.000002" } }).price;
  expect(priced("0.000001")).toEqual({ inputUsdPerMillion: 1, outputUsdPerMillion: 2 });
  expect(priced(0)).toMatchObject({ inputUsdPerMillion: 0 });
  for (const none of ["", " ", null, false, [], "free", -1]) expect(priced(none)).toBeUndefined();
});

test("an address whose port nothing is asked at is refused, before anything is asked or charged", () => {
  const open = () => openaiCompatibleModel({ provider: "mine", baseUrl: "http://127.0.0.1:6000/v1" });
  expect(open).toThrow(expect.objectContaining({ code: "config.invalid" }));
  expect(open).toThrow(/port 6000/);
});

test("an address may end with a slash", () => {
  expect(openaiCompatibleModel({ provider: "mine", baseUrl: "http://localhost/v1//" }).provider).toBe("mine");
});
