import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
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

/** Each waits for its leaks to go, so that all are run at once. */
let outcomes: { test: Outcome; setUp: Outcome; nothing: Outcome };

beforeAll(async () => {
  const [test, setUp, nothing] = await Promise.all([
    outcomeOf(`test("leaves", () => { setTimeout(() => {}, 60_000) });`),
    outcomeOf(`beforeAll(() => { setTimeout(() => {}, 60_000) }); test("leaves nothing", () => {});`),
    outcomeOf(`test("leaves nothing", () => {});`),
  ]);
  outcomes = { test, setUp, nothing };
});

promise("leak.handle", "a test that passes and leaves a timer fails", () => {
  expect(outcomes.test).toMatchObject({ failed: true, output: expect.stringContaining("left behind by this test") });
});

promise("leak.handle", "a file whose set-up leaves a timer fails, though none of its tests does", () => {
  expect(outcomes.setUp).toMatchObject({ failed: true, output: expect.stringContaining("left behind by this file") });
});

promise("leak.handle", "a test that leaves nothing passes", () => {
  expect(outcomes.nothing).toMatchObject({ failed: false });
});
