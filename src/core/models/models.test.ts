import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { FewSlots } from "../../../test/support/few-slots.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ProviderFacts } from "./catalogue.ts";
import { listModels } from "./listing.ts";
import type { Endpoint, Model } from "./model.ts";
import { Models } from "./models.ts";

function facts(provider: string, ids: readonly string[]): ProviderFacts {
  const models = ids.map((model) => ({ model, contextTokens: 1000, maxOutputTokens: null, price: null }));
  const about = { baseUrl: "http://localhost/v1", source: "this test", date: "2026-01-01" };
  return {
    provider,
    title: provider,
    keys: [`${provider.toUpperCase()}_API_KEY`],
    prefixes: [`${provider}-`],
    models,
    ...about,
  };
}

const catalogue = [facts("ash", ["ash-1", "ash-2"]), facts("elm", ["elm-1"])];
const ash: Endpoint = { provider: "ash", baseUrl: "http://localhost/v1", apiKey: "secret", defaultModel: "ash-1" };
const elm: Endpoint = { provider: "elm", baseUrl: "http://localhost/v1", defaultModel: "elm-1" };
const own: Endpoint = { provider: "own", baseUrl: "http://localhost/v1" };
const lists: Record<string, () => Promise<{ model: string }[]>> = {
  ash: async () => [{ model: "ash-1" }, { model: "ash-9", maxOutputTokens: 9 }],
  elm: async () => {
    throw new Fault("model.credentials", "Cannot list the models of elm: it does not accept the key");
  },
  own: () => Promise.withResolvers<{ model: string }[]>().promise,
};

const silent: Model["answer"] = async function* () {};

function open({ provider }: Endpoint): Model {
  return {
    provider,
    answer: silent,
    listModels: async (signal) => {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason));
      return await Promise.race([lists[provider]?.() ?? [], aborted.promise]);
    },
  };
}

function models(endpoints: readonly Endpoint[], defaultModel?: string, clock = new ManualClock()): Models {
  return new Models({
    endpoints,
    open,
    catalogue,
    clock,
    slots: new FewSlots(4),
    ...(defaultModel === undefined ? {} : { defaultModel }),
  });
}

describe("a name", () => {
  promise("run.no-silent-model", "means one model, and the choice says why", () => {
    const both = models([ash, elm]);
    const named = "named by the caller";
    expect(both.resolve("elm/elm-7")).toEqual({ provider: "elm", model: "elm-7", why: named });
    expect(both.resolve("elm/org/elm-7")).toEqual({ provider: "elm", model: "org/elm-7", why: named });
    expect(both.resolve("ash-2")).toEqual({ provider: "ash", model: "ash-2", why: named });
    expect(both.resolve("ash-new")).toEqual({ provider: "ash", model: "ash-new", why: named });
    expect(both.resolve("elm")).toEqual({ provider: "elm", model: "elm-1", why: named });
    expect(both.resolve(undefined)).toEqual({ provider: "ash", model: "ash-1", why: "the default of ash" });
    expect(models([ash, elm], "elm-1").resolve("auto")).toEqual({
      provider: "elm",
      model: "elm-1",
      why: "the setting DEFAULT_MODEL",
    });
    expect(models([own]).resolve("llama")).toEqual({ provider: "own", model: "llama", why: named });
  });

  promise("run.no-silent-model", "that nobody has is refused with the nearest names, never replaced", () => {
    const both = models([ash, elm]);
    for (const [name, near] of [
      ["ahs/ash-1", "ash/ash-1"],
      ["asj-2", "ash-2"],
      ["elm/", "elm"],
    ] as const) {
      expect(() => both.resolve(name)).toThrow(
        expect.objectContaining({
          code: "model.unknown",
          facts: expect.objectContaining({ near: expect.arrayContaining([near]) }),
        }),
      );
      expect(both.slot(name)).toBeUndefined();
    }
    expect(() => both.resolve("zzzzzzzz")).toThrow(/expected ash\/<model>, elm\/<model>/);
  });

  test("of a provider that is not configured says what to set", () => {
    expect(() => models([ash]).resolve("elm-1")).toThrow(/elm is not configured, expected ELM_API_KEY to be set/);
    expect(() => models([ash]).resolve("elm/x")).toThrow(/expected ELM_API_KEY to be set/);
  });

  test("is needless where there is nothing to choose, and then the fault says what to set", () => {
    expect(() => models([]).resolve("ash-1")).toThrow(
      expect.objectContaining({
        code: "model.none",
        facts: { settings: ["ASH_API_KEY", "ELM_API_KEY", "CUSTOM_API_URL"] },
      }),
    );
    expect(() => models([own]).resolve(undefined)).toThrow(
      expect.objectContaining({ code: "model.none", message: expect.stringContaining("DEFAULT_MODEL") }),
    );
  });

  test("gives the slot of its provider", () => {
    expect(models([ash, elm]).slot("elm")).toBe("elm:default");
  });
});

test("the list joins what each endpoint says now with what is known of those that cannot be asked", async () => {
  const clock = new ManualClock();
  const listing = listModels(models([ash, own], undefined, clock), new AbortController().signal);
  await clock.advance(10_000);
  const health = { state: "closed", slots: 4 };
  const reason = "own did not list its models within 10 s";
  const unset = "not configured: set ELM_API_KEY";
  expect(await listing).toEqual([
    { provider: "ash", model: "ash-1", ready: true, contextTokens: 1000, health },
    { provider: "ash", model: "ash-9", ready: true, maxOutputTokens: 9, health },
    { provider: "own", model: "*", ready: false, reason, health },
    { provider: "elm", model: "elm-1", ready: false, reason: unset, contextTokens: 1000 },
  ]);
  expect(clock.waiting).toBe(0);
});

promise("leak.secret", "a provider that refuses the key is listed with the reason and without the key", async () => {
  const lines = await listModels(models([{ ...elm, apiKey: "secret-key" }]), new AbortController().signal);
  const reason = "Cannot list the models of elm: it does not accept the key";
  expect(lines).toContainEqual(expect.objectContaining({ provider: "elm", model: "elm-1", ready: false, reason }));
  expect(JSON.stringify(lines)).not.toContain("secret-key");
});
