import { expect, test } from "vitest";
import { settingsByName } from "./config/declared/declared.ts";
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

test("each setting that is taken over while running is in force after a reload, and no other one is among them", () => {
  const others = {
    EXAI_BUDGET_USD_PER_DAY: "20",
    EXAI_BUDGET_TOKENS_PER_DAY: "1000",
    DEFAULT_MODEL: "custom/small-1",
    EXAI_DRAIN_SECS: "7",
    EXAI_MCP_SERVERS: '{"files":{"command":"files"}}',
    LOG_LEVEL: "warn",
  };
  const declared = [...settingsByName].filter(([, { change }]) => change === "live").map(([name]) => name);
  expect(Object.keys(others).toSorted()).toEqual(declared.toSorted());
  for (const [name, value] of Object.entries(others)) {
    let env: Record<string, string> = {};
    const log = openLogger({ level: "info", sink: { write() {} }, scrub: scrubber([]) });
    const live = new LiveSettings({ loaded: load(env), readSettings: () => load(env), log });
    const inForce = () => {
      const { budget, logLevel, drainMs, tools, models } = live.current;
      return JSON.stringify({ budget, logLevel, drainMs, upstreams: tools.upstreams, models });
    };
    const before = inForce();
    env = { [name]: value };
    expect(live.reload()).toEqual({ changed: [name], needRestart: [], notices: [] });
    expect(inForce()).not.toBe(before);
  }
});

test("a reload tells of a name that does nothing, because it is misspelt", () => {
  const env = { EXAI_DRAIN_SECS: "7" };
  const misspelt = { EXAI_DRAIN_SEC: "9" };
  const log = openLogger({ level: "info", sink: { write() {} }, scrub: scrubber([]) });
  const live = new LiveSettings({ loaded: load(env), readSettings: () => load({ ...env, ...misspelt }), log });
  const { changed, notices } = live.reload();
  expect(changed).toEqual([]);
  expect(notices).toEqual([expect.stringContaining("the nearest is EXAI_DRAIN_SECS")]);
});
