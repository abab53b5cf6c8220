import { parseArgs } from "node:util";
import { percentile } from "../bench/numbers.ts";
import {
  Flood,
  floodSettings,
  otherCalls,
  type Reader,
  readers,
  streamsEach,
  usersOf,
} from "../test/scenarios/floods/floods.ts";
import { lineSettings, longLine } from "../test/scenarios/floods/long-line.ts";
import { mebibyte } from "../test/scenarios/memory-of.ts";
import { startDaemon } from "../test/support/daemon.ts";

// `yes` with readers of each kind, other calls beside it, and a line of a GiB: `npm run floods -- --seconds 30 --streams 1,16,100`.
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    streams: { type: "string", default: "1,16,100" },
    line: { type: "string", default: String(1024 * mebibyte) },
  },
});
const ms = Number(values.seconds) * 1000;
const goals = new Map([
  [1, 30],
  [16, 30],
  [100, 70],
]);

let failures = 0;
console.log("streams  reader   grown MB   goal  p99 ms  alone ms  others  wrong   read MB");
for (const streams of values.streams.split(",").map(Number)) for (const reader of readers) await row(streams, reader);

await using daemon = await startDaemon({ env: lineSettings });
for (const [way, { from, bytes, isExact }] of Object.entries(await longLine(daemon, Number(values.line)))) {
  console.log(
    `a line of ${values.line} bytes over ${way}: ${bytes} from ${from}, ${isExact ? "exact" : "✗ not exact"}`,
  );
  if (!isExact) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;

/** A daemon of its own, so that none begins with what another has grown to. */
async function row(streams: number, reader: Reader): Promise<void> {
  const env = { ...floodSettings(streams), EXAI_EXEC_MIN_CONFINEMENT: "C" };
  await using daemon = await startDaemon({ env });
  const doors = await usersOf(daemon, Math.ceil(streams / streamsEach));
  const alone = await otherCalls(daemon, { ms: ms / 4 });
  const begun = doors.map((door, index) =>
    Flood.begin(door, { reader, streams: Math.min(streamsEach, streams - index * streamsEach) }),
  );
  const floods = await Promise.all(begun);
  const meanwhile = await otherCalls(daemon, { ms }, floods);
  for (const flood of floods) await flood[Symbol.asyncDispose]();
  const grown = (meanwhile.peakBytes - alone.peakBytes) / mebibyte;
  const goal = goals.get(streams) ?? Number.NaN;
  const wrong = floods.reduce((sum, flood) => sum + flood.wrong, 0);
  const read = floods.reduce((sum, flood) => sum + flood.bytes, 0) / mebibyte;
  if (grown > goal || wrong > 0) failures += 1;
  const numbers = [grown, goal, percentile(meanwhile.tookMs, 0.99), percentile(alone.tookMs, 0.99)].map(Math.round);
  const cells = [...numbers, meanwhile.tookMs.length, wrong, Math.round(read)].map((each) => String(each).padStart(8));
  console.log(`${String(streams).padStart(7)}  ${reader.padEnd(7)} ${cells.join("")}${grown > goal ? "  ✗" : ""}`);
}
