import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { nearest } from "../../base/nearest.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ModelFacts, ProviderFacts } from "./catalogue.ts";
import type { Endpoint, Model } from "./model.ts";

/** The model that was chosen, and why: the result says both. */
export interface Choice {
  provider: string;
  model: string;
  why: string;
}

export interface ModelLine {
  provider: string;
  model: string;
  ready: boolean;
  reason?: string;
}

export interface ModelsParts {
  /** What the settings configure, in order of preference. */
  endpoints: readonly Endpoint[];
  open: (endpoint: Endpoint) => Model;
  catalogue: readonly ProviderFacts[];
  /** The setting `DEFAULT_MODEL`; `auto` leaves the choice to the first endpoint that has a default. */
  defaultModel?: string;
  clock: Clock;
}

interface Opened {
  endpoint: Endpoint;
  model: Model;
}

const defaultIdleMs = 120_000;
const listWaitMs = 10_000;
const mostNear = 3;
const nearShare = 0.7;

/** The models of this daemon: which endpoints there are, which of them a name means, and what is known of it. */
export class Models {
  readonly #opened: ReadonlyMap<string, Opened>;
  readonly #catalogue: ReadonlyMap<string, ProviderFacts>;
  readonly #defaultModel: string | undefined;
  readonly #clock: Clock;

  /** Opens every endpoint, which connects to nothing. Faults: `config.invalid`. */
  constructor({ endpoints, open, catalogue, defaultModel, clock }: ModelsParts) {
    this.#catalogue = new Map(catalogue.map((facts) => [facts.provider, facts]));
    this.#opened = new Map(
      endpoints.map((given) => {
        const { outputLimitField } = this.#catalogue.get(given.provider) ?? {};
        const endpoint = outputLimitField === undefined ? given : { outputLimitField, ...given };
        return [given.provider, { endpoint, model: open(endpoint) }];
      }),
    );
    this.#defaultModel = defaultModel === "auto" ? undefined : defaultModel;
    this.#clock = clock;
  }

  /**
   * The one model that a name means: `provider/model`, a provider for its default, or a model that only one
   * provider can mean. Without a name the default. Faults: `model.none`, `model.unknown`. It never falls back.
   */
  resolve(name: string | undefined): Choice {
    if (this.#opened.size === 0) throw this.#noneConfigured();
    if (name === undefined || name === "auto") return this.#default();
    return { ...this.#named(name), why: "named by the caller" };
  }

  /** The slot of the model that a name means; `undefined` where it means none. */
  slot(name: string | undefined): string | undefined {
    try {
      return slotOf(this.resolve(name));
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** The model of a resolved choice. */
  at({ provider }: Pick<Choice, "provider">): { model: Model; idleMs: number } {
    const opened = this.#opened.get(provider);
    if (opened === undefined) throw this.#unknown(provider);
    return { model: opened.model, idleMs: opened.endpoint.idleMs ?? defaultIdleMs };
  }

  /** What the catalogue knows of it; nothing for ids that pass through. */
  facts({ provider, model }: Pick<Choice, "provider" | "model">): ModelFacts | undefined {
    return this.#catalogue.get(provider)?.models.find((facts) => facts.model === model);
  }

  /**
   * What each endpoint lists now, and what is known of those that cannot be asked, with the reason; `*` stands
   * for the models of an endpoint of which nothing is known.
   */
  async list(signal: AbortSignal): Promise<ModelLine[]> {
    const lines = [...this.#opened.values()].map(async (opened) => await this.#live(opened, signal));
    const absent = [...this.#catalogue.values()].filter(({ provider }) => !this.#opened.has(provider));
    return [...(await Promise.all(lines)).flat(), ...absent.flatMap(unset)];
  }

  #known(provider: string): string[] {
    return this.#catalogue.get(provider)?.models.map(({ model }) => model) ?? [];
  }

  /** Every provider there could be: configured, or what would make it so. */
  providers(): { name: string; ready: boolean; reason?: string }[] {
    const here = [...this.#opened.keys()].map((name) => ({ name, ready: true }));
    const absent = [...this.#catalogue.values()].filter(({ provider }) => !this.#opened.has(provider));
    return [...here, ...absent.map((facts) => ({ name: facts.provider, ready: false, reason: setOneOf(facts) }))];
  }

  async #live({ endpoint, model }: Opened, signal: AbortSignal): Promise<ModelLine[]> {
    const { provider, defaultModel } = endpoint;
    using link = new LinkedAbort(signal);
    using _timer = this.#clock.timer(listWaitMs, () => link.abort(new Cancelled("limit")));
    try {
      const ids = (await model.listModels?.(link.signal)) ?? [];
      return ids.map((listed) => ({ provider, model: listed.model, ready: true }));
    } catch (error) {
      signal.throwIfAborted();
      const reason = reasonOf(error, link.signal, provider);
      const models = new Set([defaultModel ?? [], ...this.#known(provider)].flat());
      return (models.size === 0 ? ["*"] : [...models]).map((id) => ({ provider, model: id, ready: false, reason }));
    }
  }

  #default(): Choice {
    if (this.#defaultModel !== undefined)
      return { ...this.#named(this.#defaultModel), why: "the setting DEFAULT_MODEL" };
    for (const { endpoint } of this.#opened.values())
      if (endpoint.defaultModel !== undefined)
        return {
          provider: endpoint.provider,
          model: endpoint.defaultModel,
          why: `the default of ${endpoint.provider}`,
        };
    throw new Fault(
      "model.none",
      "Cannot choose a model: none was named and there is no default, expected a name or DEFAULT_MODEL to be set",
      {
        facts: { providers: [...this.#opened.keys()] },
      },
    );
  }

  #named(name: string): { provider: string; model: string } {
    const slash = name.indexOf("/");
    if (slash > 0) return this.#qualified(name.slice(0, slash), name.slice(slash + 1));
    const meant = this.#opened.get(name)?.endpoint;
    if (meant?.defaultModel !== undefined) return { provider: name, model: meant.defaultModel };
    const owner = this.#ownerOf(name);
    if (owner === undefined) throw this.#unknown(name);
    if (!this.#opened.has(owner)) throw notConfigured(name, this.#catalogue.get(owner));
    return { provider: owner, model: name };
  }

  #qualified(provider: string, model: string): { provider: string; model: string } {
    if (this.#opened.has(provider) && model !== "") return { provider, model };
    const facts = this.#catalogue.get(provider);
    if (facts === undefined || model === "") throw this.#unknown(`${provider}/${model}`);
    throw notConfigured(`${provider}/${model}`, facts);
  }

  /** Who a bare id belongs to: by the settings, by the catalogue, or the only one there is. */
  #ownerOf(model: string): string | undefined {
    for (const { endpoint } of this.#opened.values()) if (endpoint.defaultModel === model) return endpoint.provider;
    for (const facts of this.#catalogue.values())
      if (
        facts.models.some((known) => known.model === model) ||
        facts.prefixes.some((prefix) => model.startsWith(prefix))
      )
        return facts.provider;
    const [only, ...others] = this.#opened.keys();
    return others.length === 0 && !this.#opened.has(model) ? only : undefined;
  }

  #unknown(name: string): Fault {
    const names = [...this.#opened.values()].flatMap(({ endpoint: { provider, defaultModel } }) => [
      provider,
      ...(defaultModel === undefined ? [] : [defaultModel, `${provider}/${defaultModel}`]),
      ...this.#known(provider).flatMap((model) => [model, `${provider}/${model}`]),
    ]);
    const near = nearest(name, new Set(names), { most: mostNear, share: nearShare });
    const providers = [...this.#opened.keys()];
    const expected = near.length > 0 ? near.join(", ") : providers.map((provider) => `${provider}/<model>`).join(", ");
    return new Fault(
      "model.unknown",
      `Cannot find the model ${JSON.stringify(name)}: no provider here has it, expected ${expected}`,
      {
        facts: { model: name, near, providers },
      },
    );
  }

  #noneConfigured(): Fault {
    const settings = [...this.#catalogue.values()].flatMap(({ keys }) => keys.slice(0, 1));
    const expected = [...settings, "CUSTOM_API_URL"].join(", ");
    return new Fault(
      "model.none",
      `Cannot ask a model: no provider is configured, expected one of ${expected} to be set`,
      {
        facts: { settings: [...settings, "CUSTOM_API_URL"] },
      },
    );
  }
}

/** As `provider:account`: an endpoint has one account. */
export function slotOf({ provider }: Pick<Choice, "provider">): string {
  return `${provider}:default`;
}

function notConfigured(name: string, facts: ProviderFacts | undefined): Fault {
  const settings = facts?.keys ?? [];
  const { provider = "its provider" } = facts ?? {};
  return new Fault(
    "model.unknown",
    `Cannot use ${name}: ${provider} is not configured, expected ${settings.join(" or ")} to be set`,
    {
      facts: { model: name, provider, settings },
    },
  );
}

function setOneOf({ keys }: ProviderFacts): string {
  return `not configured: set ${keys.join(" or ")}`;
}

function unset(facts: ProviderFacts): ModelLine[] {
  const { provider, models } = facts;
  const reason = setOneOf(facts);
  return models.map(({ model }) => ({ provider, model, ready: false, reason }));
}

function reasonOf(error: unknown, signal: AbortSignal, provider: string): string {
  if (signal.aborted) return `${provider} did not list its models within ${listWaitMs / 1000} s`;
  if (error instanceof Fault) return error.message;
  throw error;
}
