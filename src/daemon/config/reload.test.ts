import { expect, test } from "vitest";
import { loadSettings } from "./load-settings.ts";
import { reload } from "./reload.ts";

function load(env: Record<string, string>) {
  return loadSettings({ env: { HOME: "/home/me", ...env }, readFile: () => undefined });
}

test("what changed is told by name, apart by what can be taken over while running", () => {
  const current = load({ LOG_LEVEL: "info", EXAI_WS_PORT: "2000", EXAI_ROOTS: "/a,/b", GLM_API_KEY: "key-number-one" });
  const next = load({ LOG_LEVEL: "warn", EXAI_WS_PORT: "2001", EXAI_ROOTS: "/a,/b", GLM_API_KEY: "key-number-two" });
  expect(reload(current, next)).toEqual({
    changed: ["EXAI_WS_PORT", "GLM_API_KEY", "LOG_LEVEL"],
    live: ["LOG_LEVEL"],
    needRestart: ["EXAI_WS_PORT", "GLM_API_KEY"],
  });
});

test("the same settings from elsewhere change nothing", () => {
  const current = load({ ZAI_API_KEY: "key-number-one", EXAI_DRAIN_SECS: "30.0", EXAI_ROOTS: "/a, /b" });
  const next = load({ GLM_API_KEY: "key-number-one", EXAI_ROOTS: "/a/,/b" });
  expect(reload(current, next)).toEqual({ changed: [], live: [], needRestart: [] });
});
