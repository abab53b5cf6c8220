import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
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

test("an address may end with a slash", () => {
  expect(openaiCompatibleModel({ provider: "mine", baseUrl: "http://localhost/v1//" }).provider).toBe("mine");
});
