import { nearest } from "../../base/nearest.ts";
import type { Fault } from "../../protocol/fault.ts";
import type { ProviderFacts } from "./catalogue.ts";
import type { Choice } from "./choice.ts";
import type { LiveLists } from "./live-lists.ts";
import { misspeltProvider, noDefault, notConfigured, notListed, unknownModel } from "./misnamed.ts";
import type { Endpoint } from "./model.ts";

/** A model at its provider, both as the provider writes them. */
export type Named = Pick<Choice, "provider" | "model">;

export interface NamesParts {
  /** By provider, in order of preference. */
  endpoints: ReadonlyMap<string, Endpoint>;
  catalogue: ReadonlyMap<string, ProviderFacts>;
  /** What endpoints have listed. */
  lists: Pick<LiveLists, "fresh" | "known">;
}

/** One edit in three to five letters, two in six to eight. */
const nearShare = 0.34;

/** Which model a name means, by the endpoints there are and by what is known of providers. */
export class Names {
  readonly #endpoints: NamesParts["endpoints"];
  readonly #catalogue: NamesParts["catalogue"];
  readonly #lists: NamesParts["lists"];
  /** Those that the settings configure: what is found on this machine is used only when it is named. */
  readonly configured: readonly string[];

  constructor({ endpoints, catalogue, lists }: NamesParts) {
    this.#endpoints = endpoints;
    this.#catalogue = catalogue;
    this.#lists = lists;
    this.configured = [...endpoints.values()].flatMap((endpoint) => (endpoint.found === true ? [] : endpoint.provider));
  }

  /**
   * `provider/model`, a provider for its default, or a model that only one provider can mean. Faults: `model.unknown`
   * with the nearest names.
   */
  meant(name: string): Named {
    const slash = name.indexOf("/");
    const prefix = name.slice(0, Math.max(0, slash));
    if (this.#endpoints.has(prefix) || this.#catalogue.has(prefix))
      return this.#qualified(prefix, name.slice(slash + 1));
    const usual = this.usualOf(name);
    if (usual !== undefined) return { provider: name, model: usual };
    const owner = this.#ownerOf(name);
    if (owner === undefined && this.#endpoints.has(name)) throw noDefault(name, this.#lists.known(name));
    if (owner === undefined) throw this.unknown(name);
    if (!this.#endpoints.has(owner)) throw this.#absent(name, owner);
    const named = this.#listed({ provider: owner, model: name });
    const meant = prefix === "" || this.#lists.fresh(owner)?.includes(name) === true ? [] : this.#nearProviders(prefix);
    if (meant.length > 0) throw misspeltProvider(name, meant);
    return named;
  }

  /** The model that answers where only its provider is named: the declared one, or the only one that it lists. */
  usualOf(provider: string): string | undefined {
    const declared = this.#endpoints.get(provider)?.defaultModel;
    if (declared !== undefined || !this.#endpoints.has(provider)) return declared;
    const [only, ...others] = this.#lists.known(provider);
    return others.length === 0 ? only : undefined;
  }

  /** `listed` are names that an endpoint tells besides those that are known here. */
  unknown(name: string, listed: readonly string[] = []): Fault {
    const known = [...this.#endpoints.values()].flatMap(({ provider, defaultModel }) => {
      const models = this.#catalogue.get(provider)?.models.map(({ model }) => model) ?? [];
      const ids = [...(defaultModel === undefined ? [] : [defaultModel]), ...models];
      return [provider, ...ids, ...ids.map((model) => `${provider}/${model}`)];
    });
    return unknownModel(name, { names: [...known, ...listed], providers: this.configured });
  }

  #qualified(provider: string, model: string): Named {
    if (model === "") throw this.unknown(`${provider}/${model}`);
    if (this.#endpoints.has(provider)) return this.#listed({ provider, model });
    throw this.#absent(`${provider}/${model}`, provider);
  }

  /** Itself, unless its endpoint is one's own, and lists lately what it has, and nothing of this name is among that. */
  #listed(named: Named): Named {
    const { provider, model } = named;
    if (this.#catalogue.has(provider) || model === this.#endpoints.get(provider)?.defaultModel) return named;
    const listed = this.#lists.fresh(provider) ?? [];
    if (listed.length === 0 || listed.some((id) => isCalled(id, model))) return named;
    throw notListed(named, listed);
  }

  /** Providers that are likely meant by what is none; those that are only looked for on this machine are not. */
  #nearProviders(prefix: string): string[] {
    const known = [...this.#catalogue.values()].flatMap(({ provider, loopback }) => (loopback ? [] : provider));
    return nearest(prefix, new Set([...this.configured, ...known]), { most: 1, share: nearShare });
  }

  /** Who a bare id belongs to, or which provider it names: by the settings, by the catalogue, or the only one there is. */
  #ownerOf(model: string): string | undefined {
    if (model.includes("/") && this.configured.length > 1) return undefined;
    for (const { provider, defaultModel } of this.#endpoints.values()) if (defaultModel === model) return provider;
    for (const facts of this.#catalogue.values())
      if (
        (facts.provider === model && !this.#endpoints.has(model)) ||
        facts.models.some((known) => known.model === model) ||
        facts.prefixes.some((prefix) => model.startsWith(prefix))
      )
        return facts.provider;
    const [only, ...others] = this.configured;
    return others.length === 0 && !this.#endpoints.has(model) ? only : undefined;
  }

  #absent(name: string, provider: string): Fault {
    const facts = this.#catalogue.get(provider);
    return facts === undefined ? this.unknown(name) : notConfigured(name, facts);
  }
}

/** Servers take an id without its tag, and lists may name many at once by their beginning. */
function isCalled(listed: string, model: string): boolean {
  const [id, name] = [listed.toLowerCase(), model.toLowerCase()];
  return id === name || id.startsWith(`${name}:`) || (id.endsWith("*") && name.startsWith(id.slice(0, -1)));
}
