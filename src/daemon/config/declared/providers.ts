import { secret, url, whole } from "../kinds.ts";
import { setting } from "../setting.ts";

const key = secret(8, 4096);
const address = url("http", "https");

function keyOf<const D extends { aliases?: readonly string[] }>(provider: string, told: D) {
  return setting(key, {
    ...told,
    description: `The key for ${provider}.`,
    example: "the-key-from-its-console",
  });
}

function addressOf<const D extends { aliases?: readonly string[] }>(provider: string, told: D) {
  return setting(address, {
    ...told,
    description: `Where ${provider} answers, where it is not the vendor's usual address.`,
    example: "https://models.example.org/v1",
  });
}

/** Models' vendors: a key or an address makes one available. */
export const providers = {
  GLM_API_KEY: keyOf("GLM", { aliases: ["ZAI_API_KEY", "ZHIPUAI_API_KEY"] }),
  GLM_API_URL: addressOf("GLM", { aliases: ["ZAI_API_URL", "ZHIPUAI_API_URL"] }),
  EXAI_WS_GLM_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Requests to GLM that run at once.",
    example: "4",
    default: "4",
  }),
  KIMI_API_KEY: keyOf("Kimi", { aliases: ["MOONSHOT_API_KEY"] }),
  KIMI_API_URL: addressOf("Kimi", { aliases: ["MOONSHOT_API_URL"] }),
  EXAI_WS_KIMI_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Requests to Kimi that run at once.",
    example: "6",
    default: "6",
  }),
  OPENAI_API_KEY: keyOf("OpenAI", {}),
  OPENAI_API_URL: addressOf("OpenAI", {}),
  OPENROUTER_API_KEY: keyOf("OpenRouter", {}),
  OPENROUTER_API_URL: addressOf("OpenRouter", {}),
  CUSTOM_API_KEY: keyOf("an OpenAI-compatible endpoint of your own", {}),
  CUSTOM_API_URL: addressOf("an OpenAI-compatible endpoint of your own", {}),
} as const;
