import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SystemClock, sleep } from "../../../src/base/clock.ts";
import { DaemonProcess } from "../../support/daemon.ts";
import { EvidenceBench, repositories } from "../../support/evidence-bench.ts";

const clock = new SystemClock();
const signal = new AbortController().signal;
const repository = join(import.meta.dirname, "../../..");

interface Told {
  phase: string;
  fault?: { retry: { safe: boolean; afterMs?: number } };
  result?: { content: string; data: { evidence?: { findings: { rule: string }[] } } };
}

/** One step that is the last, by a daemon that knows no model. */
async function ask(daemon: DaemonProcess, tool: string, more: Record<string, unknown>): Promise<Told> {
  const step = { step: "look", step_number: 1, total_steps: 1, next_step_required: false, findings: "", ...more };
  const request = {
    method: "POST",
    headers: { authorization: `Bearer ${daemon.token}`, "content-type": "application/json", prefer: "wait=60" },
    body: JSON.stringify({ tool, arguments: step }),
    signal,
  };
  for (;;) {
    const response = await fetch(`${daemon.url}/api/v1/execute`, request);
    const told = (await response.json()) as Told;
    // On a busy machine a daemon that has just started may ask its callers to come back.
    if (response.status !== 503) return told;
    await sleep(clock, told.fault?.retry.afterMs ?? 1000, signal);
  }
}

function rulesOf({ result }: Told): string[] {
  return (result?.data.evidence?.findings ?? []).map(({ rule }) => rule);
}

describe("a daemon without any model", () => {
  test("finds by rules what was planted in a change and in files, and nothing in a clean twin", async () => {
    await using bench = await EvidenceBench.open();
    await using daemon = await DaemonProcess.start({ env: { EXAI_ROOTS: bench.root } });
    for (const name of repositories) {
      await bench.clear();
      await bench.take(name, "faulty");
      const told = await ask(daemon, "precommit", { path: bench.root });
      expect(rulesOf(told)).toContain("secret");
      expect(rulesOf(told)).toContain("skipped-test");
      expect(rulesOf(told).filter((rule) => rule.endsWith("-injection"))).toHaveLength(1);
      expect(told.result?.content).toContain("by rules");
      const files = await ask(daemon, "codereview", { relevant_files: await bench.tracked() });
      expect(rulesOf(files)).toEqual(expect.arrayContaining(["secret", "skipped-test"]));
      await bench.clear();
      await bench.take(name, "clean");
      const relevant = { relevant_files: await bench.tracked() };
      for (const [tool, more] of [
        ["precommit", { path: bench.root }],
        ["codereview", relevant],
        ["secaudit", relevant],
      ] as const) {
        const clean = await ask(daemon, tool, more);
        expect(clean).toMatchObject({
          phase: "succeeded",
          result: { content: expect.stringContaining("found nothing") },
        });
        expect(rulesOf(clean)).toEqual([]);
      }
    }
  });
});

test("of this product's own code the rules say nothing worse than medium", async () => {
  await using bench = await EvidenceBench.open({ root: repository });
  const { found, files } = await bench.evidence.findings(bench.who, { files: ["src/core", "src/base"] }, signal);
  expect(files).toBeGreaterThan(100);
  const grave = found.filter(({ path, severity }) => !/\.(test|contract)\.ts$/.test(path) && severity !== "medium");
  expect(grave).toEqual([]);
});

test.skipIf(!existsSync(join(repository, ".git")))(
  "a change of this repository itself is told, with what was planted in it",
  async () => {
    await using bench = await EvidenceBench.open();
    await bench.git("clone", "-q", "--depth", "1", `file://${repository}`, ".");
    await bench.write("src/base/ids.test.ts", 'import { test } from "vitest";\n\ntest.only("nothing", () => {});\n');
    await bench.write("src/base/planted.ts", "export const run = (text: string): unknown => eval(text);\n");
    await bench.git("rm", "-q", "README.md");
    const changes = await bench.evidence.changes(bench.who, { staged: true, unstaged: true }, signal);
    expect(changes.files).toMatchObject([
      { path: "README.md", area: "staged", status: "deleted" },
      { path: "src/base/ids.test.ts", area: "unstaged", status: "modified" },
      { path: "src/base/planted.ts", area: "untracked" },
    ]);
    const { found } = await bench.evidence.findings(bench.who, { changes }, signal);
    expect(found.map(({ path, line, rule }) => [path, line, rule])).toEqual([
      ["src/base/ids.test.ts", 3, "focused-test"],
      ["src/base/planted.ts", 1, "dynamic-code"],
    ]);
  },
);
