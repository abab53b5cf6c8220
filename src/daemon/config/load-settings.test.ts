import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Fault } from "../../protocol/fault.ts";
import { settingsByName } from "./declared/declared.ts";
import { type LoadedSettings, loadSettings } from "./load-settings.ts";
import type { SettingFault } from "./setting-fault.ts";

type Env = Record<string, string>;

const home = "/var/lib/exai";

function load(env: Env = {}, files: Env = {}): LoadedSettings {
  return loadSettings({ env: { HOME: "/home/me", EXAI_HOME: home, ...env }, readFile: (path) => files[path] });
}

/** All that is wrong, as the one refusal tells it. */
function faultsOf(env: Env, files: Env = {}): SettingFault[] {
  try {
    load(env, files);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "config.invalid") throw error;
    return error.facts["faults"] as SettingFault[];
  }
  return [];
}

function textOfRefusal(env: Env, files: Env = {}): string {
  try {
    load(env, files);
  } catch (error) {
    return inspect(error instanceof Fault ? [error.view(), error.stack, error] : error, { depth: 10 });
  }
  return "";
}

test("nothing set is a daemon on loopback for its own user", () => {
  const { settings, notices } = loadSettings({ env: { HOME: "/home/me" }, readFile: () => undefined });
  expect(settings).toMatchObject({
    home: "/home/me/.exai",
    ownerTokenFile: "/home/me/.exai/owner.token",
    roots: ["/home/me"],
    listen: { host: "127.0.0.1", port: 8079, allowedOrigins: [], behindProxy: false },
    sessions: { maxPerPrincipal: 1000, ttlMs: 3_600_000, disconnectGraceMs: 60_000 },
    inflight: { global: 24, principal: 16, session: 8, commands: 16 },
    deadlines: { workflowMs: 180_000, expertMs: 150_000, simpleMs: 60_000, commandMs: 3_600_000 },
    providers: { glm: { idleMs: 90_000 }, kimi: { idleMs: 120_000 } },
    tools: { enabled: [], disabled: [], asksExpert: true, commands: [] },
    store: { durability: "disk", maxBytes: 16 * 1024 ** 3, resultTtlMs: 600_000 },
    budget: {},
  });
  expect(notices).toEqual([]);
});

test("every example follows its own rule, and so does every default", () => {
  for (const [name, { kind, example, defaultText }] of settingsByName) {
    expect(kind.schema.safeParse(example).success, `${name}=${example}`).toBe(true);
    if (defaultText !== undefined)
      expect(kind.schema.safeParse(defaultText).success, `${name}=${defaultText}`).toBe(true);
  }
});

test("the environment wins over .env, and .env over exai.config.json; each may name the rest", () => {
  const files = {
    [`${home}/.env`]: "EXAI_WS_PORT=2000\nEXAI_MAX_SESSIONS=20\nEXAI_ROOTS=/a,/b\n",
    [`${home}/exai.config.json`]:
      '{ "EXAI_WS_PORT": 3000, "EXAI_MAX_SESSIONS": 30, "LOG_LEVEL": "warn", "EXAI_EXEC_ALLOW": ["git", "npm"] }',
  };
  const { settings, shown } = load({ EXAI_WS_PORT: "1234" }, files);
  expect(settings.listen.port).toBe(1234);
  expect(settings.sessions.maxPerPrincipal).toBe(20);
  expect(settings.roots).toEqual(["/a", "/b"]);
  expect(settings.logLevel).toBe("warn");
  expect(settings.tools.commands).toEqual(["git", "npm"]);
  expect(shown.find(({ name }) => name === "LOG_LEVEL")?.source).toBe(`${home}/exai.config.json`);
});

test("an address or a key in .env may hold a #; a comment begins where a line does or behind a space", () => {
  const lines = [
    "# EXAI_WS_PORT=1111",
    "EXAI_ENDPOINTS=lab=http://127.0.0.1:1234/v1#small-1,far=https://far.example.org/v1#m  # ours # all",
    "export GLM_API_KEY=a-key#with'one",
    "EXAI_WS_PORT=2000 # that of the wall",
    'EXAI_ROOTS="/a#b" # quoted',
    "LOG_LEVEL=#nothing",
  ];
  for (const end of ["\n", "\r\n"]) {
    const { settings } = load({}, { [`${home}/.env`]: lines.join(end) });
    expect(settings.providers).toMatchObject({
      lab: { baseUrl: "http://127.0.0.1:1234/v1", defaultModel: "small-1" },
      far: { baseUrl: "https://far.example.org/v1", defaultModel: "m" },
    });
    expect(settings.providers["glm"]?.apiKey?.reveal()).toBe("a-key#with'one");
    expect(settings.listen.port).toBe(2000);
    expect(settings.roots).toEqual(["/a#b"]);
    expect(settings.logLevel).toBe("info");
  }
});

promise("auth.fail-closed", "no file of the working directory sets anything", () => {
  const asked: string[] = [];
  const readFile = (path: string) => {
    asked.push(path);
    return undefined;
  };
  loadSettings({ env: { HOME: "/home/me" }, readFile });
  expect(asked).toEqual(["/home/me/.exai/.env", "/home/me/.exai/exai.config.json"]);
  for (const wrong of [".", "exai", "../exai"]) {
    asked.length = 0;
    expect(() => loadSettings({ env: { HOME: "/home/me", EXAI_HOME: wrong }, readFile })).toThrow("EXAI_HOME");
    expect(asked).toEqual([]);
  }
});

promise("say.config", "everything that is wrong is told at once, each with name, value, rule and example", () => {
  const env = {
    EXAI_WS_PORT: "80",
    EXAI_MAX_SESSIONS: "many",
    EXAI_ROOTS: "projects",
    ZAI_API_KEY: "two words",
    EXAI_ALLOWED_ORIGINS: "https://a.example/path",
    EXAI_URL: "https://me:hunter2@a.example",
  };
  const faults = faultsOf(env, { [`${home}/.env`]: "EXAI_DURABILITY=maybe", [`${home}/exai.config.json`]: "[1" });
  expect(Object.fromEntries(faults.map((fault) => [fault.name, fault.value]))).toEqual({
    ...env,
    ZAI_API_KEY: "***",
    EXAI_URL: "https://***@a.example",
    EXAI_DURABILITY: "maybe",
    [`${home}/exai.config.json:1:3`]: "[***",
  });
  for (const { name, rule, example, source } of faults) {
    expect(rule.length, name).toBeGreaterThan(5);
    expect(example.length, name).toBeGreaterThan(5);
    expect(source.length, name).toBeGreaterThan(5);
  }
  const text = textOfRefusal(env);
  for (const name of Object.keys(env)) expect(text).toContain(name);
});

promise(
  "say.config",
  "a name that does nothing is told: misspelt with the nearest, retired with what took its place",
  () => {
    const dotenv = "EXAI_HOME=/elsewhere\nGLM_APIKEY=abc\nREDIS_URL=redis://x\n";
    const { notices, settings } = load(
      {
        EXAI_WS_PROT: "1",
        EXAI_XYZZY_PLUGH: "1",
        EX_ALLOW_EXTERNAL_PATHS: "1",
        REDIS_URL: "redis://y",
        OTHER: "1",
        EXAI_CALL: "x",
      },
      { [`${home}/.env`]: dotenv },
    );
    expect(settings.home).toBe(home);
    expect(notices).toEqual([
      "EXAI_WS_PROT (environment) does nothing: no setting has this name, the nearest is EXAI_WS_PORT",
      "EXAI_XYZZY_PLUGH (environment) does nothing: no setting has this name",
      "EX_ALLOW_EXTERNAL_PATHS (environment) does nothing: its place was taken by EXAI_ROOTS",
      `EXAI_HOME (${home}/.env) does nothing: it is read from the environment only`,
      `GLM_APIKEY (${home}/.env) does nothing: no setting has this name, the nearest is GLM_API_KEY`,
      `REDIS_URL (${home}/.env) does nothing: its place was taken by nothing: the store keeps everything`,
    ]);
  },
);

test("an alias counts where its setting has no value, and is told where it is beside one", () => {
  expect(load({ ZHIPUAI_API_KEY: "key-number-one" }).settings.providers["glm"]?.apiKey?.reveal()).toBe(
    "key-number-one",
  );
  const { settings, notices } = load({ ZAI_API_KEY: "key-number-two", GLM_API_KEY: "key-number-one" });
  expect(settings.providers["glm"]?.apiKey?.reveal()).toBe("key-number-one");
  expect(notices).toEqual(["ZAI_API_KEY (environment) does nothing: GLM_API_KEY is set and means the same"]);
});

promise("auth.fail-closed", "a short or malformed token of one's own stops the start", () => {
  const wrong = [
    "short",
    "fifteen-letters",
    "sixteen letters!",
    `exai_${"a".repeat(40)}`,
    "ümlaut-ümlaut-ümlaut",
    "x".repeat(513),
  ];
  for (const token of wrong)
    expect(faultsOf({ EXAI_WS_TOKEN: token }), token).toMatchObject([{ name: "EXAI_WS_TOKEN", value: "***" }]);
  expect(load({ EXAI_WS_TOKEN: "sixteen-letters!" }).settings.ownToken?.reveal()).toBe("sixteen-letters!");
});

promise("auth.fail-closed", "a bind wider than loopback needs a token and TLS or a proxy", () => {
  const token = { EXAI_WS_TOKEN: "sixteen-letters!" };
  const tls = { EXAI_TLS_CERT: "/cert.pem", EXAI_TLS_KEY: "/key.pem" };
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "exai.example.org", "128.0.0.1"]) {
    const wide = { EXAI_WS_HOST: host };
    expect(faultsOf(wide), host).toHaveLength(2);
    expect(faultsOf({ ...wide, ...tls, EXAI_WS_TOKEN: "short" }), host).toMatchObject([{ name: "EXAI_WS_TOKEN" }]);
    expect(faultsOf({ ...wide, ...token }), host).toMatchObject([{ rule: expect.stringContaining("TLS") }]);
    expect(faultsOf({ ...wide, ...tls }), host).toMatchObject([{ rule: expect.stringContaining("EXAI_WS_TOKEN") }]);
    expect(faultsOf({ ...wide, ...token, ...tls }), host).toEqual([]);
    expect(faultsOf({ ...wide, ...token, EXAI_BEHIND_PROXY: "1" }), host).toEqual([]);
  }
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    expect(faultsOf({ EXAI_WS_HOST: host })).toEqual([]);
  expect(faultsOf({ EXAI_TLS_CERT: "/cert.pem" })).toMatchObject([{ name: "EXAI_TLS_CERT" }]);
});

promise("run.deadline", "deadlines that do not nest stop the start with both names and values", () => {
  expect(faultsOf({ EXPERT_ANALYSIS_TIMEOUT_SECS: "180.001" })).toEqual([
    {
      name: "EXPERT_ANALYSIS_TIMEOUT_SECS",
      value: "180.001",
      rule: "at most WORKFLOW_TOOL_TIMEOUT_SECS=180, because what is inside ends before what is outside",
      example: "EXPERT_ANALYSIS_TIMEOUT_SECS=180",
      source: "environment",
    },
  ]);
  const names = faultsOf({ EXPERT_ANALYSIS_TIMEOUT_SECS: "30" }).map(({ name, source }) => `${name} ${source}`);
  expect(names).toEqual(["GLM_TIMEOUT_SECS default", "KIMI_TIMEOUT_SECS default"]);
});

promise("run.deadline", "deadlines start exactly when each is at most the next, to the millisecond", () => {
  const seconds = fc.integer({ min: 1000, max: 5000 }).map((ms) => String(ms / 1000));
  fc.assert(
    fc.property(seconds, seconds, seconds, seconds, (kimi, glm, expert, workflow) => {
      const env = {
        KIMI_TIMEOUT_SECS: kimi,
        GLM_TIMEOUT_SECS: glm,
        EXPERT_ANALYSIS_TIMEOUT_SECS: expert,
        WORKFLOW_TOOL_TIMEOUT_SECS: workflow,
      };
      const nests =
        Number(kimi) <= Number(expert) && Number(glm) <= Number(expert) && Number(expert) <= Number(workflow);
      expect(faultsOf(env).length === 0).toBe(nests);
    }),
    { includeErrorInReport: true },
  );
  const equal = { KIMI_TIMEOUT_SECS: "180", EXPERT_ANALYSIS_TIMEOUT_SECS: "180", WORKFLOW_TOOL_TIMEOUT_SECS: "180" };
  expect(load(equal).settings).toMatchObject({
    deadlines: { workflowMs: 180_000, expertMs: 180_000 },
    providers: { kimi: { idleMs: 180_000 } },
  });
});

test("a name that does nothing is told beside what is wrong, and a file that cannot be read is named once", () => {
  const file = `${home}/exai.config.json`;
  expect(() => load({}, { [file]: '{"LOG_LEVEL":"loud","NOPE":1}' })).toThrow(
    new RegExp(`1 setting is wrong\\n  LOG_LEVEL=loud .*\\n  NOPE \\(${file}\\) does nothing: `),
  );
  expect(() => load({}, { [file]: "{\n  x" })).toThrow(new RegExp(`\\n  ${file}:2:\\d+: .*expected [^=]*$`));
});

promise("leak.secret", "no secret shows in what settings print, nor in a refusal", () => {
  const secrets: Env = {
    EXAI_WS_TOKEN: "own-token-hunter2",
    EXAI_TOKEN: "client-token-hunter2",
    EXAI_DATABASE_URL: "postgres://exai:hunter2@db.example.org/exai",
    GLM_API_KEY: "glm-hunter2",
    MOONSHOT_API_KEY: "kimi-hunter2",
    OPENAI_API_KEY: "openai-hunter2",
    OPENROUTER_API_KEY: "openrouter-hunter2",
    CUSTOM_API_KEY: "custom-hunter2",
  };
  const loaded = load(secrets);
  expect(loaded.settings.ownToken?.reveal()).toBe("own-token-hunter2");
  for (const printed of [
    inspect(loaded, { depth: 10, showHidden: true }),
    JSON.stringify(loaded),
    `${loaded.settings.ownToken}`,
  ])
    expect(printed).not.toContain("hunter2");
  const wrong = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, `${value} with a space`]));
  const misspelt = { EXAI_WS_TOKN: "hunter2", CUSTOM_API_URL: "https://me:hunter2@models.example.org" };
  expect(textOfRefusal({ ...wrong, ...misspelt })).toContain("EXAI_WS_TOKEN=***");
  expect(textOfRefusal({ ...wrong, ...misspelt })).not.toContain("hunter2");
  expect(load({ EXAI_WS_TOKN: "hunter2" }).notices.join()).not.toContain("hunter2");
  expect(textOfRefusal({}, { [`${home}/exai.config.json`]: '{ "GLM_API_KEY": "hunter2" oops' })).not.toContain(
    "hunter2",
  );
});

promise(
  "say.config",
  "a command that is wrong is told with its place in the list; what it passes on is not shown",
  () => {
    const file = `${home}/exai.config.json`;
    const good = { id: "deploy", program: "/srv/bin/deploy", arguments: { flags: { "--stage": "text" } } };
    const { settings } = load({ DEPLOY_KEY: "k" }, { [file]: JSON.stringify({ commands: [good] }) });
    expect(settings.tools.named).toMatchObject([{ id: "deploy", least: "C", network: false }]);
    expect(settings.tools.variable("DEPLOY_KEY")).toBe("k");
    const bad = { ...good, env: { KEY: "a secret" }, arguments: { flags: { "--stage": "anything" } } };
    const [fault, ...others] = faultsOf({}, { [file]: JSON.stringify({ commands: [good, bad] }) });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ name: "EXAI_COMMANDS", source: file });
    expect(fault?.rule).toContain("1.arguments.flags.--stage is a text, expected");
    expect(textOfRefusal({}, { [file]: JSON.stringify({ commands: [good, bad] }) })).not.toContain("a secret");
    expect(faultsOf({ EXAI_COMMANDS: "{" })).toMatchObject([{ name: "EXAI_COMMANDS", source: "environment" }]);
  },
);
