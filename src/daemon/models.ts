import { fileURLToPath } from "node:url";
import { anthropicModel } from "../adapters/models/anthropic/anthropic-model.ts";
import { readCatalogue } from "../adapters/models/catalogue/read-catalogue.ts";
import { glmDialect } from "../adapters/models/glm/glm-dialect.ts";
import { googleModel } from "../adapters/models/google/google-model.ts";
import { kimiDialect } from "../adapters/models/kimi/kimi-dialect.ts";
import { openaiDialect } from "../adapters/models/openai/openai-dialect.ts";
import { openaiCompatibleModel } from "../adapters/models/openai-compatible/openai-compatible-model.ts";
import { openrouterDialect } from "../adapters/models/openrouter/openrouter-dialect.ts";
import type { Clock } from "../base/clock.ts";
import type { ProviderFacts } from "../core/models/catalogue.ts";
import type { Endpoint, Model } from "../core/models/model.ts";
import { Models } from "../core/models/models.ts";
import type { Slots } from "../core/models/pace.ts";
import type { Settings } from "./config/settings.ts";

const catalogueFolder = fileURLToPath(new URL("../../catalogue", import.meta.url));

/** Providers with a protocol of their own, and those that speak chat completions their own way; all others speak it plainly. */
const protocols = new Map([
  ["anthropic", anthropicModel],
  ["google", googleModel],
]);
const dialects = new Map([
  ["glm", glmDialect],
  ["kimi", kimiDialect],
  ["openai", openaiDialect],
  ["openrouter", openrouterDialect],
]);

/** The model of an endpoint. Nothing is loaded or connected to before it is asked. */
export function openModel(endpoint: Endpoint): Model {
  const protocol = protocols.get(endpoint.provider);
  if (protocol !== undefined) return protocol(endpoint);
  const dialect = dialects.get(endpoint.provider);
  return openaiCompatibleModel(dialect === undefined ? endpoint : { ...endpoint, dialect });
}

/** The models that the settings configure, and those that may be found on this machine. */
export async function openModels(parts: { settings: Settings; clock: Clock; admission: Slots }): Promise<Models> {
  const { settings, clock, admission } = parts;
  const { defaultModel, auto, fallbacks } = settings.models;
  const catalogue = await readCatalogue(catalogueFolder);
  const endpoints = [...configured(settings, catalogue), ...onThisMachine(settings, catalogue)];
  return new Models({
    endpoints,
    open: openModel,
    catalogue,
    defaultModel,
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
