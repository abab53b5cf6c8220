import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const program = `
import { setFlagsFromString } from "node:v8";
import { withoutOptimizing } from ${JSON.stringify(join(import.meta.dirname, "without-optimizing.ts"))};
setFlagsFromString("--trace-opt");
const bytes = new Uint8Array(16);
function often() {
  let sum = 0;
  for (let at = 0; at < 200; at++) sum = (sum * 31 + bytes[at & 15]) | 0;
  return sum;
}
const run = () => { for (let times = 0; times < 200_000; times++) often(); };
const starting = withoutOptimizing();
run();
console.log("is ready");
starting[Symbol.dispose]();
run();`;

/** What the engine chose to optimize before and after the start was over; when its other threads do that is theirs. */
function optimized(flags: readonly string[]): { before: boolean; after: boolean } {
  const folder = mkdtempSync(join(tmpdir(), "exai-optimizing-"));
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  const env = { ...process.env, NODE_OPTIONS: "" };
  const { stdout } = spawnSync(process.execPath, [...flags, file], { encoding: "utf8", env });
  rmSync(folder, { recursive: true });
  const [before = "", after = ""] = stdout.split("is ready");
  const isIn = (text: string) => /marking .*<JSFunction often.* for optimization/.test(text);
  return { before: isIn(before), after: isIn(after) };
}

test("what runs often during the start is optimized only after it", () => {
  expect(optimized([])).toEqual({ before: false, after: true });
});

test("an engine that was told how to run is left alone", () => {
  expect(optimized(["--stack-size=900"]).before).toBe(true);
  expect(optimized(["--jitless"])).toEqual({ before: false, after: false });
});
