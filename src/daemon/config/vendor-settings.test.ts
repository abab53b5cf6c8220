import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { providerFacts } from "../../core/models/catalogue.ts";
import { settingsByName } from "./declared/declared.ts";
import { vendorSettings } from "./vendor-settings.ts";

const folder = join(import.meta.dirname, "../../../catalogue");
const facts = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => providerFacts.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));

test("the catalogue names for each provider the keys under which it can be set, and no other", () => {
  const named = Object.fromEntries(facts.map(({ provider, keys }) => [provider, keys]));
  for (const [provider, { apiKey }] of Object.entries(vendorSettings)) {
    if (provider === "custom") continue;
    expect([provider, named[provider]]).toEqual([provider, [apiKey, ...(settingsByName.get(apiKey)?.aliases ?? [])]]);
  }
  const others = facts.filter(({ provider }) => vendorSettings[provider] === undefined);
  expect(others.flatMap(({ keys }) => keys)).toEqual([]);
});

test("a provider with a region of its own has an address for it", () => {
  const regional = Object.keys(vendorSettings).filter((provider) => vendorSettings[provider]?.region !== undefined);
  expect(regional).toEqual(facts.filter(({ regions }) => regions !== undefined).map(({ provider }) => provider));
});
