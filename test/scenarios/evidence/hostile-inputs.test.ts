import { execFile } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { EvidenceBench } from "../../support/evidence-bench.ts";

const signal = new AbortController().signal;
const everything = { staged: true, unstaged: true };
const gibibyte = 1024 ** 3;

/** A root with one of each kind of file that nobody should have to wait for. */
async function withHostileFiles(): Promise<EvidenceBench> {
  const bench = await EvidenceBench.open();
  await bench.write("huge.js", "");
  await truncate(join(bench.root, "huge.js"), 2 * gibibyte);
  await bench.write("binary.js", new Uint8Array([0, 1, 2, 3, 255, 254]));
  await bench.write("latin.js", Buffer.from("// caf\xe9\neval(x);\n", "latin1"));
  await bench.write("long.js", `var a="${"x".repeat(5 * 1024 * 1024)}";eval(a)`);
  await bench.write("deep.js", "[".repeat(200_000));
  await bench.write("many.js", "a;".repeat(400_000));
  await bench.write("half.ts", "export const x: = ;\neval(y)");
  await bench.write(".env", "KEY=1");
  await promisify(execFile)("mkfifo", [join(bench.root, "pipe.js")]);
  await symlink("/etc/passwd", join(bench.root, "link.js"));
  return bench;
}

const named = ["huge", "binary", "latin", "long", "deep", "many", "pipe", "link"].map((name) => `${name}.js`);

test("each hostile file that is named as checked is hashed, or says in its place why not", async () => {
  await using bench = await withHostileFiles();
  const checked = await bench.evidence.check(bench.who, [...named, ".", "none", "../x", "a\0b"], signal);
  const told = Object.fromEntries(checked.map((each) => [each.path, "code" in each ? each.code : each.lines]));
  expect(told).toEqual({
    "huge.js": "workspace.too-large",
    "binary.js": undefined,
    "latin.js": 2,
    "long.js": undefined,
    "deep.js": 1,
    "many.js": 1,
    "pipe.js": "workspace.unreadable",
    "link.js": "workspace.outside",
    // Of the directory itself, which has besides what is named only this one.
    "half.ts": 2,
    none: "workspace.unreadable",
    "../x": "workspace.outside",
    "a\0b": "workspace.unreadable",
  });
});

test("each hostile file is looked through by the rules as far as that goes, and the rest is told", async () => {
  await using bench = await withHostileFiles();
  const { found, omitted } = await bench.evidence.findings(bench.who, { files: [...named, "half.ts", ".env"] }, signal);
  expect(found.map(({ path, rule }) => [path, rule]).toSorted()).toEqual([
    ["half.ts", "dynamic-code"],
    ["latin.js", "dynamic-code"],
  ]);
  const why = Object.fromEntries(omitted.map((each) => [each.path, each.why]));
  expect(why).toMatchObject({
    "huge.js": expect.stringContaining("bytes"),
    "binary.js": "it is binary",
    "long.js": expect.stringContaining("bytes"),
    "deep.js": expect.stringContaining("too deeply"),
    "pipe.js": expect.stringContaining("FIFO"),
    "link.js": expect.stringContaining("outside"),
    ".env": expect.stringContaining("environment variables"),
  });
  expect(why["half.ts"]).toMatch(/cannot be parsed/);
});

test("code is read away from the event loop, which goes on meanwhile", async () => {
  await using bench = await EvidenceBench.open();
  await bench.write("many.js", "a(b);\n".repeat(170_000));
  using delay = monitored();
  await bench.evidence.findings(bench.who, { files: ["many.js"] }, signal);
  // Reading it takes seconds of a thread; the loop stays as free as it is for a file of that size.
  expect(delay.turns()).toBeGreaterThan(20);
});

/** Counts the turns of the event loop while somebody else is at work. */
function monitored(): Disposable & { turns(): number } {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  return { turns: () => histogram.count, [Symbol.dispose]: () => void histogram.disable() };
}

test("a file that takes all memory of the reader is told, and the next one is read", async () => {
  await using bench = await EvidenceBench.open();
  await bench.write("wide.js", `x=[${"{},".repeat(340_000)}]`);
  await bench.write("plain.js", "eval(x)");
  const { found, files, omitted } = await bench.evidence.findings(
    bench.who,
    { files: ["wide.js", "plain.js"] },
    signal,
  );
  expect(found).toMatchObject([{ path: "plain.js", rule: "dynamic-code" }]);
  expect(files + omitted.length).toBe(2);
});

test("of 100,000 files as many are looked through as are bounded, and that there are more is told", async () => {
  await using bench = await EvidenceBench.open();
  await mkdir(join(bench.root, "many"));
  const names = Array.from({ length: 100_000 }, (_, index) => `f${index}.js`);
  for (let at = 0; at < names.length; at += 500)
    await Promise.all(names.slice(at, at + 500).map((name) => writeFile(join(bench.root, "many", name), "")));
  const { files, omitted } = await bench.evidence.outline(bench.who, ["."], signal);
  expect(files).toHaveLength(1000);
  expect(omitted.length).toBeLessThan(300);
  expect(omitted.map(({ why }) => why).join("\n")).toContain("more names than are looked at");
});

test("a change of all sizes is told within bounds: what has no patch is named with the reason", async () => {
  await using bench = await EvidenceBench.open();
  await bench.git("init", "-q", "-b", "main");
  await bench.write("huge.bin", "");
  await bench.write("much.txt", "");
  await bench.write("line.txt", "");
  await bench.commit("base");
  await truncate(join(bench.root, "huge.bin"), gibibyte);
  await bench.write("much.txt", "some line or other\n".repeat(50_000));
  for (let index = 0; index < 6; index += 1)
    await bench.write(`more${index}.txt`, `${index} a line of the same\n`.repeat(40_000));
  await bench.write("line.txt", "y".repeat(300_000));
  await bench.git("add", "more0.txt", "more1.txt", "more2.txt", "more3.txt", "more4.txt", "more5.txt");
  const changes = await bench.evidence.changes(bench.who, everything, signal);
  expect(changes.files.map(({ path }) => path)).toContain("huge.bin");
  expect(changes.files).toHaveLength(9);
  const line = changes.files.find(({ path }) => path === "line.txt");
  expect(line?.hunks[0]?.lines.every((each) => each.length < 1100)).toBe(true);
  const why = changes.omitted.map((each) => `${each.path}: ${each.why}`).join("\n");
  expect(why).toContain("huge.bin: it is binary, or larger than 1 MiB");
  expect(why).toContain("the staged changes: there are more than");
});

test("finding out ends with its call", async () => {
  await using bench = await withHostileFiles();
  const aborting = new AbortController();
  const reading = bench.evidence.findings(bench.who, { files: [...named, "."] }, aborting.signal);
  aborting.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
});
