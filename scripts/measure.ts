import { join } from "node:path";
import { type Place, percentile, type Shape, shapeOf } from "./shape.ts";
import { readSources } from "./sources.ts";

interface Row {
  name: string;
  value: number | string;
  limit?: number;
  /** Where to look when the value is beyond its limit. */
  places?: readonly Place[];
}

const maxNamed = 10;
const rows = rowsOf(shapeOf(readSources(join(import.meta.dirname, ".."), ["src"])));
for (const { name, value, limit } of rows)
  console.log(`${name.padEnd(34)} ${String(value).padStart(7)}${limit === undefined ? "" : `   at most ${limit}`}`);

const beyond = rows.filter(({ value, limit }) => limit !== undefined && Number(value) > limit);
for (const { name, value, limit = 0, places = [] } of beyond) {
  console.error(`\n${name}: ${value}, at most ${limit}`);
  const worst = places.filter((place) => place.value > limit).toSorted((a, b) => b.value - a.value);
  for (const place of worst.slice(0, maxNamed)) console.error(`  ${place.at} (${place.value})`);
}
process.exitCode = beyond.length === 0 ? 0 : 1;

function rowsOf(shape: Shape): Row[] {
  const { files, functions, lines } = shape;
  return [
    { name: "files", value: files.length },
    { name: "lines", value: lines },
    { name: "file lines, median", value: percentile(files, 0.5), limit: 60, places: files },
    { name: "file lines, p90", value: percentile(files, 0.9), limit: 200, places: files },
    { name: "file lines, max", value: percentile(files, 1), limit: 300, places: files },
    { name: "functions with a block body", value: functions.length },
    { name: "function lines, p90", value: percentile(functions, 0.9), limit: 20, places: functions },
    { name: "function lines, p99", value: percentile(functions, 0.99), limit: 40, places: functions },
    { name: "function lines, max", value: percentile(functions, 1), limit: 50, places: functions },
    { name: "functions with > 3 parameters", value: shape.wide.length, limit: 0, places: shape.wide },
    { name: "any", value: shape.anys.length, limit: 0, places: shape.anys },
    { name: "any / 1,000 lines", value: ((shape.anys.length / lines) * 1000).toFixed(2) },
    { name: "! (non-null)", value: shape.nonNulls.length, limit: 0, places: shape.nonNulls },
    { name: "suppressions", value: shape.suppressions.length, limit: 0, places: shape.suppressions },
    { name: "comment lines, %", value: ((shape.commentLines / lines) * 100).toFixed(1) },
    { name: "test lines : source lines", value: (shape.testLines / lines).toFixed(2) },
  ];
}
