import { fetched, oneOf, secret, whole } from "../kinds.ts";
import { autoRules, endpoints, fallbacks, modelFacts } from "../model-kinds.ts";
import { setting } from "../setting.ts";

const key = secret(8, 4096);

function keyOf<const D extends { aliases?: readonly string[] }>(provider: string, told: D) {
  return setting(key, {
    ...told,
    description: `The key for ${provider}.`,
    example: "the-key-from-its-console",
  });
}

function addressOf<const D extends { aliases?: readonly string[] }>(provider: string, told: D) {
  return setting(fetched, {
    ...told,
    description: `Where ${provider} answers, where it is not the vendor's usual address.`,
    example: "https://models.example.org/v1",
  });
}

function regionOf(provider: string) {
  return setting(oneOf(["global", "china"]), {
    description: `Where the key for ${provider} comes from: each region has keys and an address of its own.`,
    example: "china",
    default: "global",
  });
}

/** Models' vendors: a key or an address makes one available. */
export const providers = {
  GLM_API_KEY: keyOf("GLM", { aliases: ["ZAI_API_KEY", "ZHIPUAI_API_KEY"] }),
  GLM_API_URL: addressOf("GLM", { aliases: ["ZAI_API_URL", "ZHIPUAI_API_URL"] }),
  GLM_REGION: regionOf("GLM"),
  EXAI_WS_GLM_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Requests to GLM that run at once.",
    example: "4",
    default: "4",
  }),
  KIMI_API_KEY: keyOf("Kimi", { aliases: ["MOONSHOT_API_KEY"] }),
  KIMI_API_URL: addressOf("Kimi", { aliases: ["MOONSHOT_API_URL"] }),
  KIMI_REGION: regionOf("Kimi"),
  EXAI_WS_KIMI_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Requests to Kimi that run at once.",
    example: "6",
    default: "6",
  }),
  OPENAI_API_KEY: keyOf("OpenAI", {}),
  OPENAI_API_URL: addressOf("OpenAI", {}),
  ANTHROPIC_API_KEY: keyOf("Anthropic", {}),
  ANTHROPIC_API_URL: addressOf("Anthropic", {}),
  GEMINI_API_KEY: keyOf("Google", { aliases: ["GOOGLE_API_KEY"] }),
  GEMINI_API_URL: addressOf("Google", { aliases: ["GOOGLE_API_URL"] }),
  OPENROUTER_API_KEY: keyOf("OpenRouter", {}),
  OPENROUTER_API_URL: addressOf("OpenRouter", {}),
  CUSTOM_API_KEY: keyOf("an OpenAI-compatible endpoint of your own", {}),
  CUSTOM_API_URL: addressOf("an OpenAI-compatible endpoint of your own", {}),
  EXAI_ENDPOINTS: setting(endpoints, {
    description: "More OpenAI-compatible endpoints, each under a name of its own.",
    example: "lab=https://the-key@models.example.org/v1#small-1",
    default: "",
  }),
  EXAI_PROVIDER_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Requests to any other provider that run at once.",
    example: "4",
    default: "4",
  }),
  EXAI_MODELS: setting(modelFacts, {
    description:
      "What models take and cost, by `provider/model`, where nobody tells or told otherwise, as `models` in `exai.config.json`: window, longest answer, dollars a million tokens, abilities (`docs/models.md`).",
    example: '{"custom/small-1":{"contextTokens":32768,"inputUsdPerMillion":0.2,"outputUsdPerMillion":0.6}}',
    default: "{}",
  }),
  EXAI_AUTO_MODELS: setting(autoRules, {
    description: "The table that decides the model `auto`. Without it the first provider's default answers.",
    example: "images=glm/glm-4.5v,long=kimi/kimi-k2.6,glm/glm-4.7",
    default: "",
  }),
  EXAI_MODEL_FALLBACKS: setting(fallbacks, {
    description:
      "Which model may answer where another failed, in order; the result says so. Nothing falls back without it.",
    example: "glm/glm-4.7=kimi/kimi-k2.6>openai",
    default: "",
  }),
} as const;
