import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ProviderView } from "../../protocol/provider-view.ts";
import { type AutoRule, applies, type Considered, type Needs } from "./auto.ts";
import type { Ability, KnownFacts, ProviderFacts } from "./catalogue.ts";
import { type Choice, nameOf, slotOf } from "./choice.ts";
import { Health } from "./health.ts";
import { LiveLists } from "./live-lists.ts";
import { noneConfigured, nothingToChoose } from "./misnamed.ts";
import type { Endpoint, Model } from "./model.ts";
import { type Named, Names } from "./names.ts";
import type { Slots } from "./pace.ts";

export interface ModelsParts {
  /** What the settings configure, in order of preference, and after them what may be found on this machine. */
  endpoints: readonly Endpoint[];
  open: (endpoint: Endpoint) => Model;
  catalogue: readonly ProviderFacts[];
  /** The setting `DEFAULT_MODEL` as it is now; `auto` leaves the choice to the table. */
  defaultModel?: () => string;
  /** What whoever runs this daemon says of models, by `provider/model`; it goes before the catalogue. */
  declared?: ReadonlyMap<string, SaidFacts>;
  /** The table that decides `auto`; without one the first endpoint that has a default. */
  auto?: readonly AutoRule[];
  /** Which model may answer instead, by the name of the one that failed. */
  fallbacks?: ReadonlyMap<string, readonly string[]>;
  clock: Clock;
  slots: Slots;
}

/** What somebody says of a model. */
type SaidFacts = { [F in keyof KnownFacts]?: KnownFacts[F] | undefined };

/** An endpoint whose adapter is loaded. */
export interface Opened {
  endpoint: Endpoint;
  model: Model;
}

const defaultIdleMs = 120_000;
/** A hint is not worth more. */
const hintWaitMs = 3000;
const defaultNeeds: Needs = {
  tool: "",
  inputTokens: 0,
  leastTokens: 0,
  images: false,
  tools: false,
  webSearch: false,
  thinking: false,
};

/** The models of this daemon: which endpoints there are, which of them a name means, and what is known of it. */
export class Models {
  readonly opened: ReadonlyMap<string, Opened>;
  readonly catalogue: ReadonlyMap<string, ProviderFacts>;
  readonly health: Health;
  readonly lists: LiveLists;
  readonly #names: Names;
  readonly #defaultModel: () => string;
  readonly #declared: ReadonlyMap<string, SaidFacts>;
  readonly #auto: readonly AutoRule[];
  readonly #fallbacks: ReadonlyMap<string, readonly string[]>;

  /** Opens every endpoint, which connects to nothing. Faults: `config.invalid`. */
  constructor(parts: ModelsParts) {
    const { endpoints, open, catalogue, defaultModel = () => "auto", clock, slots } = parts;
    this.catalogue = new Map(catalogue.map((facts) => [facts.provider, facts]));
    this.opened = new Map(
      endpoints.map((given) => {
        const { outputLimitField, defaultModel: usual } = this.catalogue.get(given.provider) ?? {};
        const known = {
          ...(outputLimitField === undefined ? {} : { outputLimitField }),
          ...(usual === undefined ? {} : { defaultModel: usual }),
        };
        const endpoint = { ...known, ...given };
        return [given.provider, { endpoint, model: open(endpoint) }];
      }),
    );
    const here = new Map([...this.opened].map(([provider, { endpoint }]) => [provider, endpoint]));
    this.lists = new LiveLists({ clock });
    this.#names = new Names({ endpoints: here, catalogue: this.catalogue, lists: this.lists });
    this.#defaultModel = defaultModel;
    this.#declared = parts.declared ?? new Map();
    this.#auto = parts.auto ?? [];
    this.#fallbacks = parts.fallbacks ?? new Map();
    this.health = new Health({ clock, slots });
  }

  /**
   * The one model that a name means: `provider/model`, a provider for its default, or a model that only one
   * provider can mean. Without a name the default, which the table decides by the question's needs where it is
   * `auto`. Faults: `model.none`, `model.unknown`. It never falls back.
   */
  resolve(name: string | undefined, needs: Needs = defaultNeeds): Choice {
    if (this.#names.configured.length === 0 && !this.#isFound(name)) throw noneConfigured(this.catalogue.values());
    if (name !== undefined && name !== "auto") return { ...this.#names.meant(name), why: "named by the caller" };
    const isDecided = this.#auto.length > 0 && (name === "auto" || this.#defaultModel() === "auto");
    return isDecided ? this.#decide(needs) : this.#default();
  }

  /**
   * Asks endpoints what they list, where that alone can tell which model a name means: one that lists a single model
   * has it for its default. A list that cannot be had changes nothing.
   */
  async look(name: string | undefined, signal: AbortSignal): Promise<void> {
    const asked = this.#unsaid(name).flatMap((provider) => this.opened.get(provider)?.model ?? []);
    await Promise.all(asked.map(async (model) => await this.lists.of({ model, waitMs: hintWaitMs }, signal)));
  }

  /** The names of what the policy lets answer where a choice failed, in its order; nothing where it names nothing. */
  fallbacksOf(failed: Choice): readonly string[] {
    return this.#fallbacks.get(nameOf(failed)) ?? this.#fallbacks.get(failed.provider) ?? [];
  }

  /** A fallback as a choice. Faults: `model.unknown`. */
  insteadOf(failed: Choice, name: string, { code }: Fault): Choice {
    const why = `fallback for ${nameOf(failed)} by the setting EXAI_MODEL_FALLBACKS: ${code}`;
    return { ...this.#names.meant(name), why };
  }

  /** What its own provider does not know, with the nearest of what that lists, which is asked for it now. */
  async unknownAt(choice: Named, failed: Fault, signal: AbortSignal): Promise<Fault> {
    const list = await this.lists.of({ model: this.at(choice).model, waitMs: hintWaitMs }, signal);
    const listed = "models" in list ? list.models.map(({ model }) => nameOf({ ...choice, model })) : [];
    return this.#names.unknown(nameOf(choice), listed).with({ told: failed.message });
  }

  /** The slot of the model that a name means; `undefined` where it means none. */
  slot(name: string | undefined, needs?: Needs): string | undefined {
    try {
      return slotOf(this.resolve(name, needs));
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** The model of a resolved choice. */
  at({ provider }: Pick<Choice, "provider">): { model: Model; idleMs: number } {
    const opened = this.opened.get(provider);
    if (opened === undefined) throw this.#names.unknown(provider);
    return { model: opened.model, idleMs: opened.endpoint.idleMs ?? defaultIdleMs };
  }

  /** What the catalogue knows of it and, where that says nothing, its endpoint's list; nothing for ids that pass through. */
  facts({ provider, model }: Named): KnownFacts | undefined {
    const told = [
      this.#declared.get(nameOf({ provider, model })),
      this.catalogue.get(provider)?.models.find((facts) => facts.model === model),
      this.lists.last(provider, model),
    ].filter((facts) => facts !== undefined);
    return told.length === 0 ? undefined : joined(told);
  }

  /** The models of a provider of which whoever runs this daemon says something. */
  declaredOf(provider: string): string[] {
    const begins = `${provider}/`;
    return [...this.#declared.keys()].flatMap((name) => (name.startsWith(begins) ? name.slice(begins.length) : []));
  }

  /** Every provider there could be: configured, or what would make it so. One that failed lately and rested is ready, and says so. */
  providers(): ProviderView[] {
    const here = this.#names.configured.map((name) => {
      const slot = slotOf({ provider: name });
      const open = this.health.reason(slot);
      const isTried = this.health.view(slot).state === "half-open";
      const reason = isTried ? "it failed and rested, and is tried with the next request" : open;
      return { name, configured: true, ready: open === undefined, ...(reason !== undefined && { reason }) };
    });
    const absent = [...this.catalogue.values()].filter(({ provider }) => !this.opened.has(provider));
    const unset = absent.map((facts) => ({ name: facts.provider, ready: false, reason: setOneOf(facts) }));
    return [...here, ...unset.map((provider) => ({ ...provider, configured: false }))];
  }

  #isFound(name: string | undefined): boolean {
    return name !== undefined && this.opened.has(name.split("/", 1)[0] ?? "");
  }

  /** The endpoints of which only their list can say what the name means, or what answers without one. */
  #unsaid(name: string | undefined): string[] {
    const wanted = name === undefined || name === "auto" ? this.#defaultModel() : name;
    const hasNone = (provider: string) => this.opened.get(provider)?.endpoint.defaultModel === undefined;
    if (wanted !== "auto") return this.opened.has(wanted) && hasNone(wanted) ? [wanted] : [];
    const { configured } = this.#names;
    return this.#auto.length === 0 && configured.every(hasNone) ? [...configured] : [];
  }

  /** What a setting says goes before what an endpoint happens to list. */
  #default(): Choice {
    const set = this.#defaultModel();
    if (set !== "auto") return { ...this.#names.meant(set), why: "the setting DEFAULT_MODEL" };
    const { configured } = this.#names;
    for (const provider of configured) {
      const model = this.opened.get(provider)?.endpoint.defaultModel;
      if (model !== undefined) return { provider, model, why: `the default of ${provider}` };
    }
    for (const provider of configured) {
      const model = this.#names.usualOf(provider);
      if (model !== undefined) return { provider, model, why: `the only model that ${provider} lists` };
    }
    throw nothingToChoose(configured);
  }

  /** The first row that can take all of the question, else the first that can take what may not be left out. */
  #decide(needs: Needs): Choice {
    const whole = this.#firstRow(needs, needs.inputTokens);
    const { choice } = whole.choice === undefined ? this.#firstRow(needs, needs.leastTokens) : whole;
    if (choice === undefined) throw nothingToChoose(this.#names.configured, whole.considered);
    return choice;
  }

  #firstRow(needs: Needs, inputTokens: number): { choice?: Choice; considered: Considered[] } {
    const considered: Considered[] = [];
    for (const rule of this.#auto) {
      const { yes, because } = applies(rule, needs);
      const obstacle = yes ? this.#obstacle(rule.model, needs, inputTokens) : because;
      if (obstacle === undefined) {
        const why = `auto: ${because} by the setting EXAI_AUTO_MODELS`;
        const choice = { ...this.#names.meant(rule.model), why, ...(considered.length === 0 ? {} : { considered }) };
        return { choice, considered };
      }
      considered.push({ model: rule.model, because: obstacle });
    }
    return { considered };
  }

  /** Why a model of the table cannot take a question now; nothing where it can. */
  #obstacle(name: string, needs: Needs, inputTokens: number): string | undefined {
    try {
      const named = this.#names.meant(name);
      this.health.check(slotOf(named));
      const { contextTokens = null, abilities } = this.facts(named) ?? {};
      if (contextTokens !== null && inputTokens >= contextTokens) return "its window is too small";
      const lacking = wanted(needs).filter((ability) => abilities?.includes(ability) === false);
      return lacking.length === 0 ? undefined : `it does not do ${lacking.join(", ")}`;
    } catch (error) {
      if (error instanceof Fault) return error.code;
      throw error;
    }
  }
}

/** Of each fact what is told first. */
function joined(told: readonly SaidFacts[]): KnownFacts {
  const first = <K extends keyof KnownFacts>(fact: K) => told.find((facts) => (facts[fact] ?? null) !== null)?.[fact];
  return {
    contextTokens: first("contextTokens") ?? null,
    maxOutputTokens: first("maxOutputTokens") ?? null,
    price: first("price") ?? null,
    abilities: first("abilities"),
  };
}

function wanted({ images, tools, webSearch, thinking }: Needs): Ability[] {
  return [
    ...(images ? ["images" as const] : []),
    ...(tools ? ["tools" as const] : []),
    ...(webSearch ? ["web-search" as const] : []),
    ...(thinking ? ["thinking" as const] : []),
  ];
}

export function setOneOf({ keys, loopback }: ProviderFacts): string {
  return loopback === true ? "does not answer on this machine" : `not configured: set ${keys.join(" or ")}`;
}
