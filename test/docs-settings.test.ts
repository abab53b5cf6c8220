import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settingsPage, settingsPagePath } from "../scripts/settings-docs.ts";
import { isTest, readSources } from "../scripts/sources.ts";
import { settingsByName } from "../src/daemon/config/declared/declared.ts";
import { given, retired } from "../src/daemon/config/declared/retired.ts";

const root = join(import.meta.dirname, "..");
const told = new Set([
  ...[...settingsByName].flatMap(([name, { aliases }]) => [name, ...aliases]),
  ...Object.keys(given),
  ...Object.keys(retired),
]);

/** What the system and Node itself give every program. */
const everybodys = new Set([
  "HOME",
  "PATH",
  "USER",
  "SHELL",
  "TERM",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "NO_COLOR",
  "NODE_OPTIONS",
]);
/** Where other programs keep their configuration: theirs to declare. */
const others = new Set(["XDG_CONFIG_HOME", "APPDATA", "CLAUDE_CONFIG_DIR", "CODEX_HOME"]);

test("the page of settings is what the declared settings make it", async () => {
  expect(await readFile(settingsPagePath, "utf8")).toBe(settingsPage());
});

test("every setting is on the page with its aliases, its rule and its example", () => {
  const page = settingsPage();
  for (const [name, { aliases, kind, example }] of settingsByName) {
    for (const each of [name, ...aliases]) expect(page).toContain(`\`${each}\``);
    expect(page).toContain(`${kind.rule}<br>\`${example}\``);
  }
});

test("every name that the product reads from the environment is declared", () => {
  const product = readSources(root, ["src"]).filter(({ path }) => !isTest(path));
  const names = product.flatMap(({ path, text }) => namesIn(text).map((name) => ({ path, name })));
  expect(names.some(({ name }) => name === "EXAI_HOME")).toBe(true);
  expect(names.filter(({ name }) => !told.has(name) && !everybodys.has(name) && !others.has(name))).toEqual([]);
});

/** `process.env.X`, `env["X"]`, and whatever looks like a name of ours. */
function namesIn(text: string): string[] {
  const read = text.matchAll(/\benv(?:\.|\[["'])([A-Z][A-Z0-9_]*)/g);
  const ours = text.matchAll(/\b(EXAI_[A-Z0-9_]*[A-Z0-9])\b/g);
  return [...read, ...ours].map(([, name = ""]) => name);
}
