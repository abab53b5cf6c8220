import type { Fault } from "../../protocol/fault.ts";
import type { ProviderFacts } from "./catalogue.ts";
import type { Choice } from "./choice.ts";
import { noDefault, notConfigured, unknownModel } from "./misnamed.ts";
import type { Endpoint } from "./model.ts";

/** A model at its provider, both as the provider writes them. */
export type Named = Pick<Choice, "provider" | "model">;

export interface NamesParts {
  /** By provider, in order of preference. */
  endpoints: ReadonlyMap<string, Endpoint>;
  catalogue: ReadonlyMap<string, ProviderFacts>;
}

/** Which model a name means, by the endpoints there are and by what is known of providers. */
export class Names {
  readonly #endpoints: NamesParts["endpoints"];
  readonly #catalogue: NamesParts["catalogue"];
  /** Those that the settings configure: what is found on this machine is used only when it is named. */
  readonly configured: readonly string[];

  constructor({ endpoints, catalogue }: NamesParts) {
    this.#endpoints = endpoints;
    this.#catalogue = catalogue;
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
    const endpoint = this.#endpoints.get(name);
    if (endpoint?.defaultModel !== undefined) return { provider: name, model: endpoint.defaultModel };
    const owner = this.#ownerOf(name);
    if (owner === undefined && endpoint !== undefined) throw noDefault(name);
    if (owner === undefined) throw this.unknown(name);
    if (this.#endpoints.has(owner)) return { provider: owner, model: name };
    throw this.#absent(name, owner);
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
    if (this.#endpoints.has(provider)) return { provider, model };
    throw this.#absent(`${provider}/${model}`, provider);
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
