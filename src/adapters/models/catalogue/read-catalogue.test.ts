import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCatalogue } from "./read-catalogue.ts";

const shipped = join(import.meta.dirname, "../../../../catalogue");

test("the shipped catalogue can be read, names each provider and each model once, and says where its facts come from", async () => {
  const catalogue = await readCatalogue(shipped);
  const models = catalogue.flatMap(({ provider, models }) => models.map(({ model }) => `${provider}/${model}`));
  expect(new Set(models).size).toBe(models.length);
  const loopback = ["llamacpp", "lmstudio", "ollama", "vllm"];
  const vendors = ["anthropic", "glm", "google", "kimi", "openai", "openrouter"];
  expect(catalogue.map(({ provider }) => provider).toSorted()).toEqual([...vendors, ...loopback].toSorted());
  for (const { loopback: isHere, baseUrl } of catalogue) if (isHere) expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  for (const { defaultModel, models: known } of catalogue)
    if (defaultModel !== undefined) expect(known.map(({ model }) => model)).toContain(defaultModel);
  for (const { source, date } of catalogue) expect(`${source} ${date}`).toMatch(/.+ \d{4}-\d\d-\d\d$/);
});

test("a catalogue file that cannot be read is refused by name, with what the disk says", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "catalogue-"));
  await mkdir(join(folder.path, "broken.json"));
  await expect(readCatalogue(folder.path)).rejects.toMatchObject({
    code: "config.invalid",
    message: expect.stringMatching(/broken\.json: it cannot be read: EISDIR/),
  });
});

test.each([
  ["{", /broken\.json: it is no JSON/],
  ['{"provider":"mine"}', /broken\.json: title is missing/],
])("a catalogue file with %s is refused by name", async (text, message) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "catalogue-"));
  await writeFile(join(folder.path, "broken.json"), text);
  await expect(readCatalogue(folder.path)).rejects.toMatchObject({
    code: "config.invalid",
    message: expect.stringMatching(message),
  });
});
