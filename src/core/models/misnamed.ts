import { nearest } from "../../base/nearest.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ProviderFacts } from "./catalogue.ts";
import type { Choice } from "./choice.ts";

type Named = Pick<Choice, "provider" | "model">;

const mostNear = 3;
const nearShare = 0.7;

/** A name that no provider here has, with the nearest of those there are. */
export function unknownModel(name: string, there: { names: Iterable<string>; providers: readonly string[] }): Fault {
  const near = nearest(name, new Set(there.names), { most: mostNear, share: nearShare });
  const { providers } = there;
  const expected = near.length > 0 ? near.join(", ") : providers.map((provider) => `${provider}/<model>`).join(", ");
  return new Fault(
    "model.unknown",
    `Cannot find the model ${JSON.stringify(name)}: no provider here has it, expected ${expected}`,
    { facts: { model: name, near, providers } },
  );
}

/** A model of a provider that nobody has given a key. */
export function notConfigured(name: string, facts: ProviderFacts): Fault {
  const { provider, keys: settings } = facts;
  return new Fault(
    "model.unknown",
    `Cannot use ${name}: ${provider} is not configured, expected ${settings.join(" or ")} to be set`,
    { facts: { model: name, provider, settings } },
  );
}

/** A name that is none but for a letter or two of its provider's. */
export function misspeltProvider(name: string, providers: readonly string[]): Fault {
  const [prefix = "", ...rest] = name.split("/");
  const near = providers.map((provider) => [provider, ...rest].join("/"));
  return new Fault(
    "model.unknown",
    `Cannot find the model ${JSON.stringify(name)}: there is no provider ${prefix}, expected ${near.join(", ")}`,
    { facts: { model: name, near, providers } },
  );
}

/** A model that its endpoint does not have by its own list. */
export function notListed({ provider, model }: Named, listed: readonly string[]): Fault {
  const found = nearest(model, listed, { most: mostNear, share: nearShare });
  const near = (found.length === 0 ? listed.slice(0, mostNear) : found).map((id) => `${provider}/${id}`);
  return new Fault(
    "model.unknown",
    `Cannot find the model ${JSON.stringify(model)}: ${provider} does not list it, expected ${near.join(", ")}`,
    { facts: { model: `${provider}/${model}`, near, providers: [provider] } },
  );
}

/** A provider by its name alone, of which no model is known as the usual one; `listed` are those that it has. */
export function noDefault(provider: string, listed: readonly string[]): Fault {
  const names = listed.slice(0, mostNear).map((model) => `${provider}/${model}`);
  const expected = names.length === 0 ? `${provider}/<model>` : names.join(", ");
  return new Fault(
    "model.unknown",
    `Cannot use ${provider} by its name alone: it has no default model, expected ${expected}`,
    { facts: { model: provider, provider, near: names } },
  );
}

/** `model.none`, with the settings that would make one. */
export function noneConfigured(catalogue: Iterable<ProviderFacts>): Fault {
  const settings = [...[...catalogue].flatMap(({ keys }) => keys.slice(0, 1)), "CUSTOM_API_URL"];
  return new Fault(
    "model.none",
    `Cannot ask a model: no provider is configured, expected one of ${settings.join(", ")} to be set`,
    { facts: { settings } },
  );
}

/** `model.none` although there are providers: nobody said which model, and the table, if any, had none for this. */
export function nothingToChoose(providers: readonly string[], considered: readonly unknown[] = []): Fault {
  const fact = considered.length === 0 ? "none was named and there is no default" : "none of the table can answer it";
  return new Fault(
    "model.none",
    `Cannot choose a model: ${fact}, expected a name, DEFAULT_MODEL or EXAI_AUTO_MODELS to be set`,
    { facts: { providers, ...(considered.length === 0 ? {} : { considered }) } },
  );
}
