import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FaultPatch } from "../test/red.ts";
import { citationsIn, runnersIn } from "./citations.ts";
import { runCiting, verdictOf } from "./citing-run.ts";
import { readSources } from "./sources.ts";

// Puts each fault of test/faults into a copy and runs the tests that cite its promise: they must turn red.
const root = join(import.meta.dirname, "..");
const sources = readSources(root, ["src", "test", "scripts"]);
const runnersOf = runnersIn(sources);
const citations = Map.groupBy(citationsIn(sources), (citation) => citation.id);
const faults = new Set(readdirSync(join(root, "test/faults")).map((file) => basename(file, ".ts")));
// `run.loop` stands for all faults of that promise, `run.loop#3` for its third.
const named = process.argv
  .slice(2)
  .map((name) => ({ id: name.replace(/#.*$/, ""), place: Number(/#(\d+)$/.exec(name)?.[1]) }));
const wanted = Map.groupBy(named, ({ id }) => id);
const ids = wanted.size > 0 ? [...wanted.keys()] : [...new Set([...citations.keys(), ...faults])].toSorted();
if (ids.length === 0) throw new Error("Cannot turn anything red: found no promise that a test cites");

const rows: { id: string; fault: string; verdict: string }[] = [];
for (const [index, id] of ids.entries()) {
  for (const [fault, verdict] of await verdictsOn(id, index)) {
    rows.push({ id, fault, verdict });
    console.log(`${verdict === "red" ? "✓" : "✗"} ${id}  ${fault}  ${verdict}`);
  }
}

const wrong = rows.filter((row) => row.verdict !== "red");
console.log(`\n${rows.length - wrong.length} of ${rows.length} faults turn their tests red`);
for (const { id, fault, verdict } of wrong) console.log(`  ${id}  ${fault}  ${verdict}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Every fault of the promise with what became of it. */
async function verdictsOn(id: string, index: number): Promise<[fault: string, verdict: string][]> {
  const cited = citations.get(id);
  if (cited === undefined) return [["-", "no test cites this promise"]];
  if (!faults.has(id)) return [["-", `test/faults/${id}.ts is missing`]];
  const { patches }: { patches: FaultPatch[] } = await import(join(root, "test/faults", `${id}.ts`));
  if (patches.length === 0) return [["-", "the file holds no fault"]];
  const tests = [...new Set(cited.flatMap((citation) => runnersOf(citation.path)))];
  const copy = join(root, ".red", `${process.pid}-${index}`);
  copyTo(copy);
  try {
    const sound = verdictOf(await runCiting(copy, id, tests), "assertion");
    if (sound !== "stays green") return [["without a fault", `expected its tests to pass: ${sound}`]];
    const verdicts: [string, string][] = [];
    const places = wanted.get(id)?.flatMap(({ place }) => (Number.isNaN(place) ? [] : [place])) ?? [];
    for (const [place, patch] of patches.entries())
      if (places.length === 0 || places.includes(place + 1))
        verdicts.push([`${place + 1} ${patch.file}`, await verdictOn(patch, { copy, id, tests })]);
    return verdicts;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function verdictOn(patch: FaultPatch, run: { copy: string; id: string; tests: string[] }): Promise<string> {
  const file = join(run.copy, patch.file);
  const sound = readFileSync(file, "utf8");
  const found = sound.split(patch.find).length - 1;
  if (found !== 1) return `cannot be put in: found its place ${found} times, expected once`;
  // Not a pattern: `$` in the replacement means itself.
  writeFileSync(
    file,
    sound.replace(patch.find, () => patch.replace),
  );
  const verdict = verdictOf(await runCiting(run.copy, run.id, run.tests), patch.expect ?? "assertion");
  writeFileSync(file, sound);
  return verdict;
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
