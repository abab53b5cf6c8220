import type { SettingName, Values } from "./declared/declared.ts";
import type { Secret } from "./secret.ts";

/** Settings whose values are of this kind. */
type Named<T> = { [N in SettingName]: Values[N] extends T | undefined ? N : never }[SettingName];

/** Which settings make up what is set of a provider. */
export interface VendorSettings {
  apiKey: Named<Secret>;
  baseUrl: Named<string>;
  region?: Named<string>;
  maxInflight?: Named<number>;
  /** The longest silence before and within an answer, in milliseconds. */
  idleMs?: Named<number>;
}

/** The vendors that have settings of their own, first whose default answers first; `catalogue/` names their keys to users. */
export const vendorSettings: Readonly<Record<string, VendorSettings>> = {
  glm: {
    apiKey: "GLM_API_KEY",
    baseUrl: "GLM_API_URL",
    region: "GLM_REGION",
    maxInflight: "EXAI_WS_GLM_MAX_INFLIGHT",
    idleMs: "GLM_TIMEOUT_SECS",
  },
  kimi: {
    apiKey: "KIMI_API_KEY",
    baseUrl: "KIMI_API_URL",
    region: "KIMI_REGION",
    maxInflight: "EXAI_WS_KIMI_MAX_INFLIGHT",
    idleMs: "KIMI_TIMEOUT_SECS",
  },
  openai: { apiKey: "OPENAI_API_KEY", baseUrl: "OPENAI_API_URL" },
  anthropic: { apiKey: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_API_URL" },
  google: { apiKey: "GEMINI_API_KEY", baseUrl: "GEMINI_API_URL" },
  openrouter: { apiKey: "OPENROUTER_API_KEY", baseUrl: "OPENROUTER_API_URL" },
  custom: { apiKey: "CUSTOM_API_KEY", baseUrl: "CUSTOM_API_URL" },
};
