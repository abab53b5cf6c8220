import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownEnvironment, startDaemon } from "./support/daemon.ts";

const folder = join(import.meta.dirname, "../examples");

test("every example runs against a daemon and finds what it says", async () => {
  const names = await readdir(folder);
  expect(names.length).toBeGreaterThan(0);
  await using daemon = await startDaemon();
  const env = { ...ownEnvironment(), EXAI_URL: daemon.url, EXAI_TOKEN: daemon.token };
  for (const name of names) {
    const { stderr } = await promisify(execFile)(process.execPath, [join(folder, name)], { env });
    expect(stderr).toBe("");
  }
});

test("the README shows the first example as it is", async () => {
  const example = await readFile(join(folder, "first-call.ts"), "utf8");
  const shown = example.slice(example.indexOf("await using client"), example.indexOf("assert.deepEqual"));
  expect(shown).not.toBe("");
  expect(await readFile(join(folder, "../README.md"), "utf8")).toContain(shown);
});
