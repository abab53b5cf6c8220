import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { FewSlots } from "../../../test/support/few-slots.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { listModels } from "./listing.ts";
import type { Endpoint } from "./model.ts";
import { Models, type ModelsParts } from "./models.ts";

const never = new AbortController().signal;
const freshMs = 300_000;
const own: Endpoint = { provider: "custom", baseUrl: "http://localhost/v1" };
const lab: Endpoint = { provider: "lab", baseUrl: "http://localhost/v2" };

/** Endpoints of one's own that list these models; `undefined` for one that does not answer. */
function bench(listed: readonly string[] | undefined, more: Partial<ModelsParts> = {}) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const models = new Models({
    endpoints: [own],
    catalogue: [],
    clock,
    slots: new FewSlots(4),
    open: ({ provider }) => ({
      provider,
      answer: async function* () {},
      listModels: async (signal) => {
        asked.push(provider);
        if (listed !== undefined) return listed.map((model) => ({ model }));
        return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    }),
    ...more,
  });
  return { models, clock, asked };
}

promise("run.no-silent-model", "a name whose provider is misspelt is refused with the one that is meant", () => {
  const { models } = bench(undefined);
  expect(() => models.resolve("cstom/fake-1")).toThrow("there is no provider cstom, expected custom/fake-1");
  expect(models.resolve("org/fake-1")).toMatchObject({ provider: "custom", model: "org/fake-1" });
  expect(models.resolve("custom/cstom/fake-1")).toMatchObject({ model: "cstom/fake-1" });
});

promise(
  "run.no-silent-model",
  "what an endpoint of one's own does not list is refused while its list is fresh",
  async () => {
    const { models, clock } = bench(["fake-1", "fake-2", "cstom/big", "tagged:7b", "many/*"]);
    expect(models.resolve("fake-3")).toMatchObject({ model: "fake-3" });
    await listModels(models, never);
    for (const name of ["fake-3", "custom/fake-3"])
      expect(() => models.resolve(name)).toThrow(
        'Cannot find the model "fake-3": custom does not list it, expected custom/fake-1, custom/fake-2',
      );
    for (const name of ["fake-2", "custom/fake-1", "tagged", "many/kinds", "cstom/big"])
      expect(models.resolve(name)).toMatchObject({ provider: "custom" });
    await clock.advance(freshMs);
    expect(models.resolve("fake-3")).toMatchObject({ model: "fake-3" });
  },
);

test("a list that cannot be had refuses nothing, and is waited for three seconds at most", async () => {
  const { models, clock } = bench(undefined);
  const looking = models.look("custom", never);
  await clock.advance(3000);
  await looking;
  expect(models.resolve("custom/fake-3")).toMatchObject({ model: "fake-3" });
  expect(() => models.resolve("custom")).toThrow("expected custom/<model>");
});

test("an endpoint that lists one model needs no default, and one that lists more says which there are", async () => {
  const one = bench(["only-1"]);
  await one.models.look(undefined, never);
  expect(one.models.resolve(undefined)).toMatchObject({ model: "only-1", why: "the only model that custom lists" });
  expect(one.models.resolve("custom")).toMatchObject({ provider: "custom", model: "only-1" });
  await one.models.look("custom", never);
  expect(one.asked).toEqual(["custom"]);
  const two = bench(["fake-1", "fake-2"]);
  await two.models.look("custom", never);
  expect(() => two.models.resolve("custom")).toThrow("expected custom/fake-1, custom/fake-2");
  expect(() => two.models.resolve(undefined)).toThrow("DEFAULT_MODEL");
});

test("nobody is asked for a list where a name or a setting says which model is meant", async () => {
  const named = bench(["only-1"], { endpoints: [own, { ...lab, defaultModel: "small-1" }] });
  for (const name of [undefined, "auto", "custom/x", "x", "lab"]) await named.models.look(name, never);
  expect(named.asked).toEqual([]);
  expect(named.models.resolve(undefined)).toMatchObject({ provider: "lab", why: "the default of lab" });
});

test("the default is the one that is set now", () => {
  let set = "auto";
  const { models } = bench(undefined, { defaultModel: () => set });
  expect(() => models.resolve(undefined)).toThrow("DEFAULT_MODEL");
  set = "custom/fake-1";
  expect(models.resolve(undefined)).toMatchObject({ model: "fake-1", why: "the setting DEFAULT_MODEL" });
});

promise(
  "run.budget",
  "what is declared of a model goes before what is known of it, and is listed with it",
  async () => {
    const price = { inputUsdPerMillion: 0.2, outputUsdPerMillion: 0.6 };
    const declared = new Map([["custom/fake-1", { contextTokens: 4096, price }]]);
    const { models, clock } = bench(undefined, { declared });
    expect(models.facts({ provider: "custom", model: "fake-1" })).toEqual({
      contextTokens: 4096,
      maxOutputTokens: null,
      price,
      abilities: undefined,
    });
    const listing = listModels(models, never);
    await clock.advance(10_000);
    expect(await listing).toMatchObject([{ provider: "custom", model: "fake-1", contextTokens: 4096, price }]);
  },
);
