import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** How the tests that cite a promise ended, and what the failed ones said. */
export interface Outcome {
  passed: number;
  failures: string[];
  /** Why there is nothing to count: a file that does not load, a run that hangs. */
  broken?: string;
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});

const maxRunMs = 900_000;
/** Of a test that has none of its own: a fault that shows as a hang is not waited for as long as a busy machine takes. */
const maxTestMs = 120_000;

/** Those of the files that share most of their folders with `path`. */
export function nearest(files: readonly string[], path: string): string[] {
  const folders = path.split("/");
  const shared = (file: string) => file.split("/").findIndex((folder, index) => folder !== folders[index]);
  const most = Math.max(...files.map(shared));
  return files.filter((file) => shared(file) === most);
}

/** Which tests are run, and where: in the copy of the repository at `root`. */
export interface Citing {
  root: string;
  id: string;
}

/** Runs the tests of `files` that cite `id`, and no others. */
export async function runCiting(
  { root, id }: Citing,
  files: readonly string[],
  upTo: "first failure" | "end",
): Promise<Outcome> {
  const outputFile = join(root, "red.json");
  rmSync(outputFile, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // An id ends at a space or a bracket: `leak.permit` is not `leak.permit-once`.
  const pattern = `[\\[ ]${id.replaceAll(".", "\\.")}[\\] ]`;
  const argv = [
    vitest,
    "run",
    "--reporter=json",
    `--testTimeout=${maxTestMs}`,
    `--outputFile=${outputFile}`,
    "-t",
    pattern,
    ...(upTo === "first failure" ? ["--bail=1"] : []),
    ...files,
  ];
  // A group of its own, so that a run that hangs goes with all that it started.
  const child = spawn(process.execPath, argv, { cwd: root, stdio: "ignore", detached: true });
  const limit = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), maxRunMs);
  const [, signal] = await once(child, "close");
  clearTimeout(limit);
  if (signal !== null) return { passed: 0, failures: [], broken: `no end after ${maxRunMs / 1000} s` };
  return outcomeOf(outputFile);
}

function outcomeOf(outputFile: string): Outcome {
  const { testResults } = report.parse(JSON.parse(readFileSync(outputFile, "utf8")));
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const failed = tests.filter((test) => test.status === "failed");
  const failures = failed.flatMap((test) => test.failureMessages ?? []);
  const unloaded = testResults.find((file) => file.message !== "" && file.assertionResults.length === 0);
  return unloaded === undefined ? { passed, failures } : { passed, failures, broken: firstLine(unloaded.message) };
}

/** What a run says about a fault: `red` only where an assertion failed, or a declared timeout came. */
export function verdictOf(outcome: Outcome, expected: "assertion" | "timeout"): string {
  const { failures, broken } = outcome;
  const counts = expected === "timeout" ? isTimeout : isAssertion;
  if (failures.some(counts)) return "red";
  if (broken !== undefined) return `broken: ${broken}`;
  const [failure] = failures;
  if (failure !== undefined) return `failed, but on no ${expected}: ${firstLine(failure)}`;
  return outcome.passed === 0 ? "no test ran" : "stays green";
}

function isAssertion(failure: string): boolean {
  // A property's failure carries the assertion as its cause; a rejection that did not come, or came with another
  // error than the expected one, is a plain error, and so is what did not become true in time.
  return (
    /^AssertionError\b/.test(failure) ||
    /^Error: promise (resolved|rejected) .* instead of (rejecting|resolving)/s.test(failure) ||
    /^Error: expected .* to match object /s.test(failure) ||
    /^Error: expected .* at Proxy\.__VITEST_POLL_CHAIN__ /s.test(failure) ||
    (/^Error: Property failed/.test(failure) && /AssertionError/.test(failure))
  );
}

function isTimeout(failure: string): boolean {
  return /^(TestTimeout)?Error: (Test|Hook) timed out/.test(failure);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
