import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { FewSlots } from "../../../test/support/few-slots.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { AutoRule, Needs } from "./auto.ts";
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
    ...(defaultModel === undefined ? {} : { defaultModel: () => defaultModel }),
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

  promise("run.no-silent-model", "of a provider alone is never taken for a model of the only one there is", () => {
    expect(() => models([own]).resolve("elm")).toThrow(/elm is not configured, expected ELM_API_KEY to be set/);
    expect(() => models([own]).resolve("own")).toThrow(/it has no default model, expected own\/<model>/);
    expect(models([{ ...own, defaultModel: "elm" }]).resolve("elm")).toMatchObject({ provider: "own", model: "elm" });
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

describe("the model auto", () => {
  const no = { images: false, tools: false, webSearch: false, thinking: false };
  const needs: Needs = { tool: "chat", inputTokens: 10, leastTokens: 10, ...no };
  const auto: AutoRule[] = [
    { when: "images", model: "elm/elm-1" },
    { when: "consensus", model: "elm/elm-2" },
    { when: "long", model: "elm/elm-3" },
    { model: "ash/ash-1" },
    { model: "elm/elm-1" },
  ];
  const table = () =>
    new Models({ endpoints: [ash, elm], open, catalogue, auto, clock: new ManualClock(), slots: new FewSlots(4) });

  promise(
    "run.no-silent-model",
    "is decided by the table, and the choice says which row, why, and what else there was",
    () => {
      expect(table().resolve("auto", { ...needs, images: true })).toEqual({
        provider: "elm",
        model: "elm-1",
        why: "auto: for images questions by the setting EXAI_AUTO_MODELS",
      });
      expect(table().resolve(undefined, { ...needs, tool: "consensus" })).toMatchObject({ model: "elm-2" });
      expect(table().resolve(undefined, needs)).toEqual({
        provider: "ash",
        model: "ash-1",
        why: "auto: for every question by the setting EXAI_AUTO_MODELS",
        considered: [
          { model: "elm/elm-1", because: "for images questions" },
          { model: "elm/elm-2", because: "for the tool consensus" },
          { model: "elm/elm-3", because: "for long questions" },
        ],
      });
    },
  );

  promise(
    "leak.cross-tenant",
    "says of a provider that fails what kind of failure it was, and none of its words",
    () => {
      const models = table();
      const failure = new Fault("model.unavailable", "Cannot answer: overloaded by my prompt", {
        facts: { status: 503 },
      });
      for (let count = 0; count < 5; count++) models.health.pass("ash:default").failed(failure.view());
      const told = JSON.stringify([models.providers(), models.health.view("ash:default")]);
      expect(told).toContain("model.unavailable (503)");
      expect(told).not.toContain("my prompt");
    },
  );

  test("passes over a row whose window is too small, whose provider fails, as all lists say, or that is not configured", async () => {
    const models = table();
    const failure = new Fault("model.unavailable", "Cannot answer", { facts: { status: 503 } }).view();
    expect(models.providers().find(({ name }) => name === "ash")).toEqual({
      name: "ash",
      configured: true,
      ready: true,
    });
    for (let count = 0; count < 5; count++) models.health.pass("ash:default").failed(failure);
    const said = { ready: false, reason: expect.stringMatching(/^its provider failed, the next try is in 30 s: /) };
    expect(models.providers().find(({ name }) => name === "ash")).toMatchObject(said);
    const listed = await listModels(models, new AbortController().signal);
    expect(listed.filter(({ provider }) => provider === "ash")).toMatchObject([said, said]);
    const choice = models.resolve("auto", needs);
    expect(choice).toMatchObject({ provider: "elm", model: "elm-1" });
    expect(choice.considered).toContainEqual({ model: "ash/ash-1", because: "model.breaker-open" });
    const alone = new Models({
      endpoints: [elm],
      open,
      catalogue,
      auto,
      clock: new ManualClock(),
      slots: new FewSlots(4),
    });
    expect(alone.resolve("auto", needs).considered).toContainEqual({ model: "ash/ash-1", because: "model.unknown" });
  });

  test("prefers a window for all that there is to tell, and is content with one for what cannot be left out", () => {
    const wide = facts("elm", ["elm-1"]);
    const [one] = wide.models;
    const known = { ...wide, models: one === undefined ? [] : [{ ...one, contextTokens: 9000 }] };
    const parts = { open, auto, clock: new ManualClock(), slots: new FewSlots(4) };
    const models = new Models({ endpoints: [ash, elm], catalogue: [facts("ash", ["ash-1"]), known], ...parts });
    expect(models.resolve("auto", { ...needs, inputTokens: 5000 })).toMatchObject({ model: "elm-1" });
    expect(models.resolve("auto", { ...needs, inputTokens: 50_000 })).toMatchObject({ model: "ash-1" });
  });

  test("is a fault that tells all rows where none can answer", () => {
    expect(() => table().resolve("auto", { ...needs, inputTokens: 5000, leastTokens: 5000 })).toThrow(
      expect.objectContaining({
        code: "model.none",
        facts: expect.objectContaining({
          considered: expect.arrayContaining([{ model: "ash/ash-1", because: "its window is too small" }]),
        }),
      }),
    );
  });
});

describe("a server that is found on this machine", () => {
  const found: Endpoint = { provider: "here", baseUrl: "http://localhost/v1", found: true };

  promise("run.no-silent-model", "answers only where it is named", () => {
    const both = models([elm, found]);
    expect(both.resolve("here/llama")).toEqual({ provider: "here", model: "llama", why: "named by the caller" });
    expect(both.resolve(undefined)).toMatchObject({ provider: "elm" });
    expect(() => both.resolve("llama3")).not.toThrow(/here/);
    expect(() => models([found]).resolve(undefined)).toThrow(expect.objectContaining({ code: "model.none" }));
    expect(models([found]).resolve("here/llama")).toMatchObject({ provider: "here" });
  });

  test("is listed where it answers, and nothing is said of it where it does not", async () => {
    const never = new AbortController().signal;
    lists["here"] = async () => [{ model: "llama" }];
    expect(await listModels(models([found]), never)).toContainEqual(
      expect.objectContaining({ provider: "here", ready: true }),
    );
    lists["here"] = async () => {
      throw new Fault("model.unavailable", "Cannot list the models of here: it cannot be reached");
    };
    expect((await listModels(models([found]), never)).filter(({ provider }) => provider === "here")).toEqual([]);
  });
});

test("what an endpoint lists is asked once in five minutes, and fills in what the catalogue does not know", async () => {
  const clock = new ManualClock();
  const never = new AbortController().signal;
  let asked = 0;
  const counting = (endpoint: Endpoint): Model => ({
    ...open(endpoint),
    listModels: async () => {
      asked++;
      return [{ model: "ash-9", contextTokens: 77, price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 } }];
    },
  });
  const all = new Models({ endpoints: [ash], open: counting, catalogue, clock, slots: new FewSlots(4) });
  expect(all.facts({ provider: "ash", model: "ash-9" })).toBeUndefined();
  await listModels(all, never);
  await listModels(all, never);
  expect(asked).toBe(1);
  expect(all.facts({ provider: "ash", model: "ash-9" })).toMatchObject({
    contextTokens: 77,
    price: { outputUsdPerMillion: 2 },
  });
  await clock.advance(300_000);
  await listModels(all, never);
  expect(asked).toBe(2);
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
