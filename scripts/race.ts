import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { HandlesDisk } from "../src/adapters/workspace/local/handles-disk.ts";
import { RealPathDisk } from "../src/adapters/workspace/local/real-path-disk.ts";
import { symlinkRace } from "../test/scenarios/symlink-race/symlink-race.ts";

// Directories that are exchanged for links while they are used, in both ways beside each other:
// `npm run race -- --tries 30000 --seed 1`.
const { values } = parseArgs({
  options: { tries: { type: "string", default: "30000" }, seed: { type: "string", default: "1" } },
});
const tries = Number(values.tries);
const seed = Number(values.seed);
const disks = [new HandlesDisk({ roots: [tmpdir()], forbidden: [] }), new RealPathDisk({ forbidden: [] })];

console.log("way        verb      tries   inside  refused  outside     swaps");
let lost = 0;
for (const disk of disks) {
  for (const report of await symlinkRace({ disk, tries, seed, until: "end" })) {
    const { verb, inside, refused, outside, swaps } = report;
    const numbers = [report.tries, inside, refused, outside].map((each) => String(each).padStart(8)).join(" ");
    console.log(`${disk.way.padEnd(10)} ${verb.padEnd(6)} ${numbers} ${String(swaps).padStart(9)}`);
    if (disk.way === "handles") lost += outside;
    else if (outside === 0) console.log(`  the weaker way lost nothing at ${verb}: nobody raced hard enough to tell`);
  }
}
console.log(
  lost === 0 ? "by handles nothing outside was reached" : `✗ by handles the outside was reached ${lost} times`,
);
process.exitCode = lost === 0 && tries > 0 ? 0 : 1;
