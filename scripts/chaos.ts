import { parseArgs } from "node:util";
import { type RunReport, runSeed } from "../test/scenarios/chaos/run-seed.ts";

// Seeded runs against a real daemon, each checked: `npm run chaos -- --seeds 200 --from 1`.
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
  },
});
const size = { clients: 2, jobs: 14, streamBytes: 1_500_000, harms: 5, harmedConnections: 40, longestMs: 150_000 };
/** What is told of a run that failed: the first is often the cause of all. */
const linesASeed = 60;
const first = Number(values.from);
const reports: RunReport[] = [];
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const startedMs = performance.now();
  const report = await runSeed(seed, size);
  reports.push(report);
  console.log(line(report, performance.now() - startedMs));
  for (const text of [...report.violations, ...report.stories].slice(0, linesASeed)) console.log(`    ${text}`);
}
const failed = reports.filter(({ violations }) => violations.length > 0);
console.log(summary());
for (const { seed } of failed) console.log(`  again: npm run chaos -- --seeds 1 --from ${seed}`);
if (reports.length === 0) console.log("no seed was run");
process.exitCode = failed.length === 0 && reports.length > 0 ? 0 : 1;

function line(report: RunReport, tookMs: number): string {
  const { seed, violations, calls, events, connections, cuts, startsRepeated, opensUnheard, resumesMs } = report;
  const harms = Object.entries(report.harms).map(([what, times]) => `${what} ×${times}`);
  return [
    `${violations.length === 0 ? "✓" : "✗"} seed ${seed}  ${(tookMs / 1000).toFixed(1)} s`,
    `${calls} calls, ${events} events, ${connections} connections, ${cuts} cuts`,
    `${startsRepeated} starts repeated, ${opensUnheard} sessions unheard of, resume p50 ${median(resumesMs)} ms`,
    harms.join(", "),
  ].join(" · ");
}

function summary(): string {
  const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const harms = sum((report) => Object.values(report.harms).reduce((total, times) => total + times, 0));
  const resumes = reports.flatMap(({ resumesMs }) => resumesMs);
  return [
    `\n${reports.length - failed.length} of ${reports.length} seeds kept every promise:`,
    `${sum(({ calls }) => calls)} calls, ${sum(({ events }) => events)} events, ${sum(({ cuts }) => cuts)} cuts,`,
    `${harms} harms to processes, ${sum(({ startsRepeated }) => startsRepeated)} starts repeated,`,
    `${sum(({ opensUnheard }) => opensUnheard)} sessions unheard of, ${resumes.length} resumes, p50 ${median(resumes)} ms`,
  ].join(" ");
}

function median(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]?.toFixed(1) ?? "–";
}
