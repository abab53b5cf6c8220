import { expect, test } from "vitest";
import { loadSettings } from "./config/load-settings.ts";
import { LiveSettings } from "./live-settings.ts";
import { openLogger } from "./telemetry/logger.ts";
import { scrubber } from "./telemetry/scrub.ts";

function load(env: Record<string, string>) {
  return loadSettings({ env: { HOME: "/home/me", ...env }, readFile: () => undefined });
}

test("a reload takes over a limit of the day, also that there is none any more, and refuses a wrong one whole", () => {
  let env: Record<string, string> = { EXAI_BUDGET_USD_PER_DAY: "20" };
  const log = openLogger({ level: "info", sink: { write() {} }, scrub: scrubber([]) });
  const live = new LiveSettings({ loaded: load(env), readSettings: () => load(env), log });
  expect(live.perDay()).toEqual({ usd: 20 });
  env = { EXAI_BUDGET_TOKENS_PER_DAY: "1000", LOG_LEVEL: "warn" };
  live.reload();
  expect(live.perDay()).toEqual({ tokens: 1000 });
  expect(log.level).toBe("warn");
  env = { EXAI_BUDGET_TOKENS_PER_DAY: "many", LOG_LEVEL: "debug" };
  expect(() => live.reload()).toThrow("EXAI_BUDGET_TOKENS_PER_DAY");
  expect(live.perDay()).toEqual({ tokens: 1000 });
  expect(log.level).toBe("warn");
});
