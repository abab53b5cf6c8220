import { describe, expect, test } from "vitest";
import { autoRules, endpoints, fallbacks, modelFacts } from "./model-kinds.ts";

describe("endpoints of one's own", () => {
  test("have a name, an address, and where there are, a key and a default model", () => {
    const [lab, local] = endpoints.schema.parse(
      "lab=https://s%2Bcret@models.example.org/v1#org/small-1, local=http://127.0.0.1:9000/v1",
    );
    expect(lab).toMatchObject({ name: "lab", baseUrl: "https://models.example.org/v1", defaultModel: "org/small-1" });
    expect(lab?.apiKey?.reveal()).toBe("s+cret");
    expect(local).toEqual({ name: "local", baseUrl: "http://127.0.0.1:9000/v1" });
    expect(JSON.stringify(lab)).not.toContain("cret");
  });

  test("have a key with a percent sign as it was written", () => {
    const [lab] = endpoints.schema.parse("lab=https://100%sure%ff@models.example.org/v1");
    expect(lab?.apiKey?.reveal()).toBe("100%sure%ff");
  });

  test("are none where nothing is written", () => {
    expect(endpoints.schema.parse("")).toEqual([]);
  });

  test.each(["lab", "Lab=https://a/v1", "lab=ftp://a/v1", "lab=nonsense", "=https://a", "lab=http://a:9/v1"])(
    "are not %s",
    (text) => {
      expect(endpoints.schema.safeParse(text).success).toBe(false);
    },
  );
});

test("the table of auto has rows for every question and for those of a kind", () => {
  expect(autoRules.schema.parse("images=glm/glm-4.5v,consensus=kimi,own/llama:8b")).toEqual([
    { when: "images", model: "glm/glm-4.5v" },
    { when: "consensus", model: "kimi" },
    { model: "own/llama:8b" },
  ]);
  expect(autoRules.schema.safeParse("a b").success).toBe(false);
});

test("a fallback names the model that fails and those that may answer, in order", () => {
  expect(fallbacks.schema.parse("glm/glm-4.7=kimi/kimi-k2.6>openai, kimi=glm")).toEqual([
    { model: "glm/glm-4.7", instead: ["kimi/kimi-k2.6", "openai"] },
    { model: "kimi", instead: ["glm"] },
  ]);
  for (const text of ["glm", "glm=", "glm=>kimi", "glm=kimi=openai", `glm=${"k".repeat(201)}`])
    expect(fallbacks.schema.safeParse(text).success).toBe(false);
});

test("what is said of models is told with the place where it is wrong", () => {
  const load = (said: unknown) => modelFacts.schema.safeParse(typeof said === "string" ? said : JSON.stringify(said));
  const priced = { contextTokens: 4096, inputUsdPerMillion: 0.2, outputUsdPerMillion: 0 };
  expect(load({ "custom/org/small-1": priced }).data).toMatchObject({
    "custom/org/small-1": { contextTokens: 4096, price: { inputUsdPerMillion: 0.2, outputUsdPerMillion: 0 } },
  });
  for (const [said, at] of [
    [{ "custom/a": { inputUsdPerMillion: 1 } }, ["custom/a"]],
    [{ "custom/a": { contextTokens: 0 } }, ["custom/a", "contextTokens"]],
    [{ "custom/a": { outputUsdPerMillion: -1 } }, ["custom/a", "outputUsdPerMillion"]],
    [{ small: {} }, ["small"]],
    ["{", []],
  ] as const)
    expect(load(said).error?.issues.map(({ path }) => path)).toContainEqual(at);
});
