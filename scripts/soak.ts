import { parseArgs } from "node:util";
import { driftOf, type Sample } from "../test/scenarios/soak/drift.ts";
import { soak } from "../test/scenarios/soak/soak-run.ts";

// Calls for hours, the daemon's heap and handles watched: `npm run soak -- --hours 24` or `-- --calls 1000000`.
const { values } = parseArgs({ options: { hours: { type: "string" }, calls: { type: "string" } } });
const maxMs = values.hours === undefined ? Number.POSITIVE_INFINITY : Number(values.hours) * 3_600_000;
const byDefault = values.hours === undefined ? 100_000 : Number.POSITIVE_INFINITY;
const maxCalls = values.calls === undefined ? byDefault : Number(values.calls);
// A few dozen rows, however long it takes.
const callsASample = Number.isFinite(maxCalls) ? Math.max(2000, Math.floor(maxCalls / 40)) : 50_000;

const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1).padStart(9);
const row = ({ calls, seconds, heapBytes, memoryBytes, handles }: Sample) =>
  `${String(calls).padStart(10)} ${seconds.toFixed(0).padStart(8)} ${mebibytes(heapBytes)} ${mebibytes(memoryBytes)} ${String(handles).padStart(8)}`;

console.log("     calls  seconds   heap MB    RSS MB  handles");
const soaked = await soak({ maxCalls, maxMs, callsASample, onSample: (sample) => console.log(row(sample)) });
const { heapBytes, heapShare, handles, leaks } = driftOf(soaked.samples);
const { calls, cancelled, commands, refused, held } = soaked;
console.log(
  `\n${calls} calls, ${cancelled} of them cancelled, ${commands} commands, ${refused} starts told to come again; ${held} permits held`,
);
console.log(`heap ${mebibytes(heapBytes).trim()} MB (${(heapShare * 100).toFixed(1)} %), handles ${handles}`);
for (const leak of [...leaks, ...(held === 0 ? [] : [`${held} permits are held`])]) console.log(`✗ ${leak}`);
process.exitCode = leaks.length === 0 && held === 0 ? 0 : 1;
