import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLinkedProcessHost } from "../src/adapters/processes/supervised/linked-process-host.ts";
import { SystemClock } from "../src/base/clock.ts";
import type { Way } from "../src/core/processes/process-host.ts";
import { bytesLost } from "../test/programs/bytes-lost.ts";
import { readable, waysHere } from "../test/programs/ways.ts";
import { endings, type Left, row } from "../test/scenarios/orphans/matrix.ts";
import { shapes } from "../test/scenarios/orphans/shapes.ts";
import { killWhileStarting, shots } from "../test/scenarios/orphans/window.ts";

// The orphan matrix as a table, beside a plain spawn; kills in the window of a start; and commands that end right after
// 300 KB: `npm run orphans -- --shots 200 --ends 100`, or one of the three with `--only matrix|shots|ends`.
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    shots: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    ends: { type: "string", default: "100" },
    only: { type: "string" },
  },
});
const { present, absent } = await waysHere();
for (const [way, reason] of absent) console.log(`way ${way} is not here: ${reason}`);

const isAsked = (part: string) => values.only === undefined || values.only === part;
if (isAsked("matrix")) await showMatrix();
const left = isAsked("shots") ? await shoot() : 0;
const lost = isAsked("ends") ? await endAfterMuch() : 0;
process.exitCode = left + lost === 0 ? 0 : 1;

async function showMatrix(): Promise<void> {
  console.log("left at once, and after the next start on the folder where that is another number");
  console.log(`${"way".padEnd(6)}${"ending".padEnd(13)}${shapes.map((shape) => shape.padEnd(9)).join("")}`);
  for (const way of [...present, "plain"] as const)
    for (const ending of endings.filter((each) => way !== "plain" || !/host|both/.test(each))) {
      const counts = await row(way, ending);
      const cells = shapes.map((shape) => cell(counts, shape).padEnd(9)).join("");
      console.log(`${way.padEnd(6)}${ending.padEnd(13)}${cells}`);
    }
}

/** Answers how many commands were left. */
async function shoot(): Promise<number> {
  let all = 0;
  for (const way of present) {
    const counts = { spawned: 0, left: 0 };
    for (const shot of shots(Number(values.seed), Number(values.shots))) {
      const { spawned, left } = await killWhileStarting(way, shot);
      counts.spawned += spawned;
      counts.left += left;
    }
    all += counts.left;
    console.log(
      `way ${way}: ${values.shots} kills 0–12 ms after the start, ${counts.spawned} commands spawned by then, ${counts.left} left`,
    );
  }
  return all;
}

/** Answers how many commands lost something of what they wrote right before their end. */
async function endAfterMuch(): Promise<number> {
  let all = 0;
  for (const way of present)
    for (const [through, tty] of [["pipes"], ["a terminal", { rows: 24, cols: 80 }]] as const) {
      const short = await lostThrough(way, tty);
      all += short;
      console.log(`way ${way}: ${values.ends} ends right after 300 KB through ${through}, ${short} lost some of it`);
    }
  return all;
}

async function lostThrough(way: Way, tty: { rows: number; cols: number } | undefined): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "exai-ends-"));
  const root = await mkdtemp(join(tmpdir(), "exai-root-"));
  // Commands may run as another user.
  await chmod(root, 0o777);
  try {
    await using host = await openLinkedProcessHost({ folder, clock: new SystemClock(), among: [way], readable });
    let short = 0;
    for (let turn = 0; turn < Number(values.ends); turn++) short += (await bytesLost(host, root, tty)) === 0 ? 0 : 1;
    return short;
  } finally {
    for (const path of [folder, root]) await rm(path, { recursive: true, force: true });
  }
}

function cell(left: Left, shape: (typeof shapes)[number]): string {
  const counts = left[shape];
  if (counts === undefined) return "–";
  return counts.atOnce === counts.afterNextStart ? String(counts.atOnce) : `${counts.atOnce}→${counts.afterNextStart}`;
}
