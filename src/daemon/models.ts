import { fileURLToPath } from "node:url";
import { readCatalogue } from "../adapters/models/catalogue/read-catalogue.ts";
import { openaiCompatibleModel } from "../adapters/models/openai-compatible/openai-compatible-model.ts";
import type { Dialect } from "../adapters/models/sdk/dialect.ts";
import type { Clock } from "../base/clock.ts";
import type { ProviderFacts } from "../core/models/catalogue.ts";
import type { Endpoint, Model } from "../core/models/model.ts";
import { Models } from "../core/models/models.ts";
import type { Slots } from "../core/models/pace.ts";
import type { LivePart, Settings } from "./config/settings.ts";

const catalogueFolder = fileURLToPath(new URL("../../catalogue", import.meta.url));

type Open = (endpoint: Endpoint) => Model;

function speaking(dialect: Dialect): Open {
  return (endpoint) => openaiCompatibleModel({ ...endpoint, dialect });
}

/** Providers with a protocol of their own, and those that speak chat completions their own way; all others speak it plainly. */
const protocols: Readonly<Record<string, () => Promise<Open>>> = {
  anthropic: async () => (await import("../adapters/models/anthropic/anthropic-model.ts")).anthropicModel,
  google: async () => (await import("../adapters/models/google/google-model.ts")).googleModel,
  glm: async () => speaking((await import("../adapters/models/glm/glm-dialect.ts")).glmDialect),
  kimi: async () => speaking((await import("../adapters/models/kimi/kimi-dialect.ts")).kimiDialect),
  openai: async () => speaking((await import("../adapters/models/openai/openai-dialect.ts")).openaiDialect),
  openrouter: async () =>
    speaking((await import("../adapters/models/openrouter/openrouter-dialect.ts")).openrouterDialect),
};

/** Opens models of these endpoints. What no endpoint speaks is not loaded, and nothing is connected to before it is asked. */
async function openerOf(endpoints: readonly Endpoint[]): Promise<Open> {
  const spoken = Object.entries(protocols).filter(([name]) => endpoints.some(({ provider }) => provider === name));
  const open = new Map(await Promise.all(spoken.map(async ([name, load]) => [name, await load()] as const)));
  return (endpoint) => (open.get(endpoint.provider) ?? openaiCompatibleModel)(endpoint);
}

export interface ModelsParts {
  settings: Settings;
  /** What a reload takes over, as it is now. */
  current: () => LivePart;
  clock: Clock;
  admission: Slots;
}

/** The models that the settings configure, and those that may be found on this machine. */
export async function openModels(parts: ModelsParts): Promise<Models> {
  const { settings, current, clock, admission } = parts;
  const { auto, fallbacks, declared } = settings.models;
  const catalogue = await readCatalogue(catalogueFolder);
  const endpoints = [...configured(settings, catalogue), ...onThisMachine(settings, catalogue)];
  return new Models({
    endpoints,
    open: await openerOf(endpoints),
    catalogue,
    defaultModel: () => current().models.defaultModel,
    declared: new Map(Object.entries(declared)),
    auto,
    fallbacks: new Map(fallbacks.map(({ model, instead }) => [model, instead])),
    clock,
    slots: admission,
  });
}

/** A provider is usable with a key, or with an address of its own that needs none. */
function configured({ providers }: Settings, catalogue: readonly ProviderFacts[]): Endpoint[] {
  return Object.entries(providers).flatMap(([provider, given]) => {
    const { apiKey, baseUrl, region = "", idleMs, defaultModel } = given;
    const facts = catalogue.find((known) => known.provider === provider);
    const address = baseUrl ?? facts?.regions?.[region] ?? facts?.baseUrl;
    if (address === undefined || (apiKey === undefined && baseUrl === undefined)) return [];
    return {
      provider,
      baseUrl: address,
      ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }),
      ...(idleMs === undefined ? {} : { idleMs }),
      ...(defaultModel === undefined ? {} : { defaultModel }),
    };
  });
}

function onThisMachine({ providers }: Settings, catalogue: readonly ProviderFacts[]): Endpoint[] {
  return catalogue.flatMap(({ provider, baseUrl, loopback }) =>
    loopback === true && providers[provider] === undefined ? { provider, baseUrl, found: true as const } : [],
  );
}
