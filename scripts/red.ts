import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { FaultPatch } from "../test/red.ts";
import { citationsIn, runnersIn } from "./citations.ts";
import { type Citing, nearest, runCiting, verdictOf } from "./citing-run.ts";
import { readSources } from "./sources.ts";

// Puts each fault of test/faults into a copy and runs the tests that cite its promise: they must turn red.
const root = join(import.meta.dirname, "..");
const sources = readSources(root, ["src", "test", "scripts"]);
const runnersOf = runnersIn(sources);
const citations = Map.groupBy(citationsIn(sources), (citation) => citation.id);
const faults = new Set(readdirSync(join(root, "test/faults")).map((file) => basename(file, ".ts")));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: "string", default: "1" } },
});
// `run.loop` stands for all faults of that promise, `run.loop#3` for its third.
const named = positionals.map((name) => ({
  id: name.replace(/#.*$/, ""),
  place: Number(/#(\d+)$/.exec(name)?.[1]),
}));
const wanted = Map.groupBy(named, ({ id }) => id);
const ids = wanted.size > 0 ? [...wanted.keys()] : [...new Set([...citations.keys(), ...faults])].toSorted();
if (ids.length === 0) throw new Error("Cannot turn anything red: found no promise that a test cites");

const rows: { id: string; fault: string; verdict: string }[] = [];
// One line of promises for all jobs: whoever is done takes the next.
const line = ids.entries();
await Promise.all(Array.from({ length: Number(options.jobs) }, work));

const wrong = rows.filter((row) => row.verdict !== "red");
console.log(`\n${rows.length - wrong.length} of ${rows.length} faults turn their tests red`);
for (const { id, fault, verdict } of wrong) console.log(`  ${id}  ${fault}  ${verdict}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (const [index, id] of line)
    for await (const [fault, verdict] of verdictsOn(id, index)) {
      rows.push({ id, fault, verdict });
      console.log(`${verdict === "red" ? "✓" : "✗"} ${id}  ${fault}  ${verdict}`);
    }
}

/** Every fault of the promise with what became of it. */
async function* verdictsOn(id: string, index: number): AsyncGenerator<[fault: string, verdict: string]> {
  const cited = citations.get(id);
  if (cited === undefined) return yield ["-", "no test cites this promise"];
  if (!faults.has(id)) return yield ["-", `test/faults/${id}.ts is missing`];
  const { patches }: { patches: FaultPatch[] } = await import(join(root, "test/faults", `${id}.ts`));
  if (patches.length === 0) return yield ["-", "the file holds no fault"];
  const tests = [...new Set(cited.flatMap((citation) => runnersOf(citation.path)))];
  const copy = join(root, ".red", `${process.pid}-${index}`);
  copyTo(copy);
  try {
    const sound = verdictOf(await runCiting({ root: copy, id }, tests, "end"), "assertion");
    if (sound !== "stays green") return yield ["without a fault", `expected its tests to pass: ${sound}`];
    const places = wanted.get(id)?.flatMap(({ place }) => (Number.isNaN(place) ? [] : [place])) ?? [];
    for (const [place, patch] of patches.entries())
      if (places.length === 0 || places.includes(place + 1))
        yield [`${place + 1} ${patch.file}`, await verdictOn(patch, { root: copy, id, tests })];
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function verdictOn(patch: FaultPatch, run: Citing & { tests: string[] }): Promise<string> {
  const file = join(run.root, patch.file);
  const sound = readFileSync(file, "utf8");
  const found = sound.split(patch.find).length - 1;
  if (found !== 1) return `cannot be put in: found its place ${found} times, expected once`;
  // Not a pattern: `$` in the replacement means itself.
  writeFileSync(
    file,
    sound.replace(patch.find, () => patch.replace),
  );
  try {
    return await firstRed(patch, run);
  } finally {
    writeFileSync(file, sound);
  }
}

/** The tests beside the fault see it soonest; all of them are asked only where those do not. */
async function firstRed(patch: FaultPatch, run: Citing & { tests: string[] }): Promise<string> {
  const ask = async (tests: readonly string[], upTo: "first failure" | "end") =>
    verdictOf(await runCiting(run, tests, upTo), patch.expect ?? "assertion");
  const beside = nearest(run.tests, patch.file);
  if (beside.length < run.tests.length && (await ask(beside, "first failure")) === "red") return "red";
  // A run that stops at a failure may end before that is told: only a whole one shows that there is none.
  return (await ask(run.tests, "first failure")) === "red" ? "red" : await ask(run.tests, "end");
}

/** All that belongs to the repository, committed or not; what is installed is linked. */
function copyTo(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const listed = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  for (const path of listed.split("\0"))
    if (path !== "" && existsSync(join(root, path))) cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}
