import { describe, expect, test } from "vitest";
import { EvidenceBench, repositories } from "../../support/evidence-bench.ts";

const signal = new AbortController().signal;
const injections = { shop: "sql-injection", depot: "shell-injection", gate: "shell-injection" };

describe.each(repositories)("of the repository %s", (name) => {
  test("the planted secret, injection and skipped test are found in the change, with no model", async () => {
    await using bench = await EvidenceBench.open();
    await bench.take(name, "faulty");
    const changes = await bench.evidence.changes(bench.who, { staged: true, unstaged: true }, signal);
    const { found, files } = await bench.evidence.findings(bench.who, { changes }, signal);
    expect(found.map(({ rule }) => rule).toSorted()).toEqual(["secret", injections[name], "skipped-test"].toSorted());
    expect(files).toBe(changes.files.length);
    for (const { path, line, quote } of found) {
      const written = await bench.workspace.read(
        { roots: [bench.root], base: bench.root },
        { path, secrets: "keep" },
        signal,
      );
      expect(written.lines[line - 1]).toContain(quote === "[secret]" ? '"' : quote);
    }
    const secrets = found.filter(({ rule }) => rule === "secret");
    expect(secrets).toMatchObject([{ severity: "critical", quote: "[secret]" }]);
  });

  test("they are found in the files as well, without a change", async () => {
    await using bench = await EvidenceBench.open();
    await bench.take(name, "faulty");
    await bench.commit("faulty");
    const changes = await bench.evidence.changes(bench.who, { staged: true, unstaged: true }, signal);
    expect(changes.files).toEqual([]);
    const { found } = await bench.evidence.findings(bench.who, { files: ["."] }, signal);
    const rules = found.map(({ rule }) => rule);
    expect(rules).toContain(injections[name]);
    expect(rules).toContain("skipped-test");
    const since = await bench.evidence.changes(
      bench.who,
      { compareTo: "HEAD~1", staged: true, unstaged: true },
      signal,
    );
    const told = await bench.evidence.findings(bench.who, { changes: since }, signal);
    expect(told.found.map(({ rule }) => rule)).toContain("secret");
  });

  test("nothing is found in its clean twin, change or files", async () => {
    await using bench = await EvidenceBench.open();
    await bench.take(name, "clean");
    const changes = await bench.evidence.changes(bench.who, { staged: true, unstaged: true }, signal);
    expect(changes.files.length).toBeGreaterThan(1);
    const { found, files } = await bench.evidence.findings(bench.who, { changes, files: ["."] }, signal);
    expect(found).toEqual([]);
    expect(files).toBeGreaterThan(3);
  });
});
