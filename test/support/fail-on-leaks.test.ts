import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../promise.ts";

const root = join(import.meta.dirname, "../..");
const setup = join(import.meta.dirname, "fail-on-leaks.ts");

interface Outcome {
  failed: boolean;
  output: string;
}

/** Runs one planted test file in a Vitest of its own, under the setup file that every test of ours has. */
async function outcomeOf(body: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "exai-leaks-"));
  try {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const config = `export default { test: { setupFiles: ["${setup}"], hookTimeout: 60_000 } };`;
    await writeFile(join(folder, "vitest.config.ts"), config);
    await writeFile(join(folder, "planted.test.ts"), `import { test, beforeAll } from "vitest"; ${body}`);
    return await run([join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(argv: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { env: { PATH: process.env["PATH"] } }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
}

promise("leak.handle", "a test that passes and leaves a timer fails", async () => {
  const { failed, output } = await outcomeOf(`test("leaves", () => { setTimeout(() => {}, 60_000) });`);
  expect(output).toContain("left behind by this test");
  expect(failed).toBe(true);
});

promise("leak.handle", "a file whose set-up leaves a timer fails, though none of its tests does", async () => {
  const { failed, output } = await outcomeOf(
    `beforeAll(() => { setTimeout(() => {}, 60_000) }); test("leaves nothing", () => {});`,
  );
  expect(output).toContain("left behind by this file");
  expect(failed).toBe(true);
});

promise("leak.handle", "a test that leaves nothing passes", async () => {
  expect(await outcomeOf(`test("leaves nothing", () => {});`)).toMatchObject({ failed: false });
});
