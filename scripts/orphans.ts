import { parseArgs } from "node:util";
import { waysHere } from "../test/programs/ways.ts";
import { endings, type Left, row } from "../test/scenarios/orphans/matrix.ts";
import { shapes } from "../test/scenarios/orphans/shapes.ts";
import { killWhileStarting, shots } from "../test/scenarios/orphans/window.ts";

// The orphan matrix as a table, beside a plain spawn, and kills in the window of a start: `npm run orphans -- --shots 200`.
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: { shots: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const { present, absent } = await waysHere();
for (const [way, reason] of absent) console.log(`way ${way} is not here: ${reason}`);

console.log("left at once, and after the next start on the folder where that is another number");
console.log(`${"way".padEnd(6)}${"ending".padEnd(13)}${shapes.map((shape) => shape.padEnd(9)).join("")}`);
for (const way of [...present, "plain"] as const)
  for (const ending of endings.filter((each) => way !== "plain" || !/host|both/.test(each))) {
    const left = await row(way, ending);
    console.log(`${way.padEnd(6)}${ending.padEnd(13)}${shapes.map((shape) => cell(left, shape).padEnd(9)).join("")}`);
  }

let lost = 0;
for (const way of present) {
  const counts = { spawned: 0, left: 0 };
  for (const shot of shots(Number(values.seed), Number(values.shots))) {
    const { spawned, left } = await killWhileStarting(way, shot);
    counts.spawned += spawned;
    counts.left += left;
  }
  lost += counts.left;
  console.log(
    `way ${way}: ${values.shots} kills 0–12 ms after the start, ${counts.spawned} commands spawned by then, ${counts.left} left`,
  );
}
process.exitCode = lost === 0 ? 0 : 1;

function cell(left: Left, shape: (typeof shapes)[number]): string {
  const counts = left[shape];
  if (counts === undefined) return "–";
  return counts.atOnce === counts.afterNextStart ? String(counts.atOnce) : `${counts.atOnce}→${counts.afterNextStart}`;
}
