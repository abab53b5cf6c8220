import { z } from "zod";
import type { AutoRule } from "../../core/models/auto.ts";
import { abilities, type KnownFacts } from "../../core/models/catalogue.ts";
import { fetched, type Kind, structure } from "./kinds.ts";
import { Secret } from "./secret.ts";

/** An endpoint of one's own, by name. */
export interface NamedEndpoint {
  name: string;
  baseUrl: string;
  apiKey?: Secret;
  defaultModel?: string;
}

/** Which models may answer instead of one that failed. */
export interface Fallback {
  model: string;
  instead: string[];
}

/** What is said of a model; the rest is as the catalogue or its endpoint has it. */
export type DeclaredFacts = { [F in keyof KnownFacts]?: KnownFacts[F] | undefined };

const most = 64;
const mostDeclared = 1000;
const usdPerMillion = z.number().min(0).max(1_000_000);

const declaredModel = z
  .strictObject({
    contextTokens: z.int().positive().optional(),
    maxOutputTokens: z.int().positive().optional(),
    inputUsdPerMillion: usdPerMillion.optional(),
    outputUsdPerMillion: usdPerMillion.optional(),
    abilities: z.array(z.enum(abilities)).optional(),
  })
  .refine((told) => (told.inputUsdPerMillion === undefined) === (told.outputUsdPerMillion === undefined), {
    message: "both inputUsdPerMillion and outputUsdPerMillion, or neither",
  })
  .transform(
    ({ inputUsdPerMillion: input, outputUsdPerMillion: output, ...told }): DeclaredFacts => ({
      ...told,
      price:
        input === undefined || output === undefined
          ? undefined
          : { inputUsdPerMillion: input, outputUsdPerMillion: output },
    }),
  );

export const modelFacts: Kind<Readonly<Record<string, DeclaredFacts>>> = structure(
  z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}\/[\w./:@+-]{1,200}$/), declaredModel)
    .refine((told) => Object.keys(told).length <= mostDeclared),
  "an object from `provider/model` to `contextTokens`, `maxOutputTokens`, `inputUsdPerMillion` with `outputUsdPerMillion`, `abilities`",
);

/** `name=https://key@host/v1#model`, each but the name and the address left out where there is none. */
const endpoint = z.string().transform((text, context): NamedEndpoint => {
  const [, name = "", rest = ""] = /^([a-z][a-z0-9-]{0,31})=(.+)$/.exec(text) ?? [];
  const parsed = URL.parse(rest);
  const bare = parsed === null ? "" : `${parsed.origin}${parsed.pathname}${parsed.search}`;
  const baseUrl = fetched.schema.safeParse(bare);
  if (parsed === null || name === "" || !baseUrl.success) {
    context.addIssue({ code: "custom", message: "no endpoint" });
    return z.NEVER;
  }
  const key = decoded(parsed.username || parsed.password);
  const model = decoded(parsed.hash.slice(1));
  return {
    name,
    baseUrl: bare,
    ...(key === "" ? {} : { apiKey: new Secret(key) }),
    ...(model === "" ? {} : { defaultModel: model }),
  };
});

/** As it was meant: a `%` that begins no escape is one. */
function decoded(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      // Bytes that are no UTF-8 were not escaped by anybody.
      return escaped;
    }
  });
}

/** Never shown: an address may carry its key. */
export const endpoints: Kind<NamedEndpoint[]> = {
  schema: items(endpoint),
  rule: "name=https://key@host/v1#model, separated by commas; key and model may be left out, names are lower case, the port is no other protocol's (such as 9 or 6000)",
  written: "never",
};

const rule = z
  .string()
  .regex(/^([a-z]+=)?[\w./:@+-]{1,200}$/)
  .transform((text): AutoRule => {
    const [, when, model = ""] = /^(?:([a-z]+)=)?(.+)$/.exec(text) ?? [];
    return when === undefined ? { model } : { when, model };
  });

export const autoRules: Kind<AutoRule[]> = {
  schema: items(rule),
  rule: "models, each for every question or for those of a kind (images=, long=, web=, thinking=, or a tool's name and =), separated by commas; the first that fits is taken",
};

const fallback = z
  .string()
  .regex(/^[\w./:@+-]{1,200}=[\w./:@+-]{1,200}(>[\w./:@+-]{1,200})*$/)
  .transform((text): Fallback => {
    const [model = "", instead = ""] = text.split("=");
    return { model, instead: instead.split(">") };
  });

export const fallbacks: Kind<Fallback[]> = {
  schema: items(fallback),
  rule: "model=other>another, separated by commas; a provider's name stands for all its models",
};

function items<T>(item: z.ZodType<T, string>): z.ZodType<T[]> {
  const split = (value: unknown) =>
    Array.isArray(value)
      ? value.map((each) => String(each).trim())
      : String(value)
          .split(",")
          .map((each) => each.trim());
  return z.preprocess((value) => split(value).filter(Boolean), z.array(item).max(most)) as unknown as z.ZodType<T[]>;
}
