import type { Price } from "../../protocol/price.ts";
import type { Ability, KnownFacts, ProviderFacts } from "./catalogue.ts";
import { slotOf } from "./choice.ts";
import type { HealthView } from "./health.ts";
import { type Models, type Opened, setOneOf } from "./models.ts";

/** A model as `models.list` shows it: `ready` says that a question sent now has a chance. */
export interface ModelLine {
  provider: string;
  /** `*` stands for the models of an endpoint of which nothing is known. */
  model: string;
  ready: boolean;
  /** Why it is not. */
  reason?: string;
  /** Absent where nobody knows, as with what follows. */
  contextTokens?: number;
  maxOutputTokens?: number;
  abilities?: Ability[];
  price?: Price;
  /** Of its account; absent where there is none. */
  health?: HealthView;
}

/** Whatever else may listen at a usual port of this machine must not hold the list up. */
const foundWaitMs = 1000;

/** What each endpoint lists now, joined with what is known; and of those that cannot be asked what is known, with the reason. */
export async function listModels(models: Models, signal: AbortSignal): Promise<ModelLine[]> {
  const lines = [...models.opened.values()].map(async (opened) => await live(models, opened, signal));
  const absent = [...models.catalogue.values()].filter(
    ({ provider, loopback }) => loopback !== true && !models.opened.has(provider),
  );
  return [...(await Promise.all(lines)).flat(), ...absent.flatMap(unset)];
}

async function live(models: Models, { endpoint, model }: Opened, signal: AbortSignal): Promise<ModelLine[]> {
  const { provider, defaultModel, found } = endpoint;
  const list = await models.lists.of({ model, ...(found === true ? { waitMs: foundWaitMs } : {}) }, signal);
  const health = models.health.view(slotOf({ provider }));
  const reason = models.health.reason(slotOf({ provider }));
  const standing = reason === undefined ? { ready: true } : { ready: false, reason };
  const line = (id: string): ModelLine => {
    const known = models.facts({ provider, model: id });
    return { provider, model: id, ...standing, ...(known === undefined ? {} : told(known)), health };
  };
  if ("models" in list) return list.models.map((listed) => line(listed.model));
  if (found === true) return [];
  const known = models.catalogue.get(provider)?.models.map((facts) => facts.model) ?? [];
  const ids = new Set([
    ...(defaultModel === undefined ? [] : [defaultModel]),
    ...known,
    ...models.declaredOf(provider),
  ]);
  return (ids.size === 0 ? ["*"] : [...ids]).map((id) => ({ ...line(id), ready: false, reason: list.reason }));
}

function unset(facts: ProviderFacts): ModelLine[] {
  const { provider, models } = facts;
  const reason = setOneOf(facts);
  if (models.length === 0) return [{ provider, model: "*", ready: false, reason }];
  return models.map((known) => ({ provider, model: known.model, ready: false, reason, ...told(known) }));
}

function told({ contextTokens, maxOutputTokens, price, abilities }: KnownFacts): Partial<ModelLine> {
  return {
    ...(contextTokens === null ? {} : { contextTokens }),
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(abilities === undefined ? {} : { abilities: [...abilities] }),
    ...(price === null
      ? {}
      : { price: { inputUsdPerMillion: price.inputUsdPerMillion, outputUsdPerMillion: price.outputUsdPerMillion } }),
  };
}
