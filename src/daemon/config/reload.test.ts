import { expect, test } from "vitest";
import { loadSettings } from "./load-settings.ts";
import { reload } from "./reload.ts";

function load(env: Record<string, string>) {
  return loadSettings({ env: { HOME: "/home/me", ...env }, readFile: () => undefined });
}

test("what changed is told by name, apart by what can be taken over while running", () => {
  const started = load({ LOG_LEVEL: "info", EXAI_WS_PORT: "2000", EXAI_ROOTS: "/a,/b", GLM_API_KEY: "key-number-one" });
  const next = load({ LOG_LEVEL: "warn", EXAI_WS_PORT: "2001", EXAI_ROOTS: "/a,/b", GLM_API_KEY: "key-number-two" });
  expect(reload({ started, taken: started }, next)).toEqual({
    changed: ["EXAI_WS_PORT", "GLM_API_KEY", "LOG_LEVEL"],
    needRestart: ["EXAI_WS_PORT", "GLM_API_KEY"],
  });
});

test("the same settings from elsewhere change nothing", () => {
  const started = load({ ZAI_API_KEY: "key-number-one", EXAI_DRAIN_SECS: "30.0", EXAI_ROOTS: "/a, /b" });
  const next = load({ GLM_API_KEY: "key-number-one", EXAI_ROOTS: "/a/,/b" });
  expect(reload({ started, taken: started }, next)).toEqual({ changed: [], needRestart: [] });
});

test("what only a restart takes is told until there is one, and not once it is again as it was at the start", () => {
  const started = load({ EXAI_WS_PORT: "2000", LOG_LEVEL: "info" });
  const taken = load({ EXAI_WS_PORT: "2001", LOG_LEVEL: "warn" });
  expect(reload({ started, taken }, taken)).toEqual({ changed: ["EXAI_WS_PORT"], needRestart: ["EXAI_WS_PORT"] });
  expect(reload({ started, taken }, started)).toEqual({ changed: ["LOG_LEVEL"], needRestart: [] });
});

test("another key inside of an endpoint is a change, and what only programs read is none", () => {
  const started = load({ EXAI_ENDPOINTS: "mine=https://one-key@models.example/v1" });
  const next = load({ EXAI_ENDPOINTS: "mine=https://two-key@models.example/v1", EXAI_URL: "http://127.0.0.1:9000" });
  const { changed } = reload({ started, taken: started }, next);
  expect(changed).toEqual(["EXAI_ENDPOINTS"]);
});
