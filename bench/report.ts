import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { machineFacts } from "./machine.ts";
import type { Finding, Row } from "./row.ts";

const results = join(import.meta.dirname, "results");

export interface Report {
  row: Row;
  scale: "full" | "quick";
  rounds: number;
  machine: ReturnType<typeof machineFacts>;
  findings: readonly Finding[];
}

/** Whether nothing that decides was missed. */
export function holds({ findings }: Report): boolean {
  return findings.every(({ goal }) => goal === undefined || goal.met || !goal.decides);
}

/** Keeps the figures of a row beside the code. */
export async function keep({ row, scale, rounds, machine, findings }: Report): Promise<void> {
  await mkdir(results, { recursive: true });
  const { number, name, what } = row;
  const kept = { row: number, what, scale, rounds, machine, findings: findings.map(rounded) };
  await writeFile(join(results, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

export function table({ row, scale, rounds, findings }: Report): string {
  const head = `\n${row.number} · ${row.what} (${scale}, medians of ${rounds} rounds)`;
  const columns = ["", "product", "floor", "ratio", "goal", ""];
  const lines = findings.map(({ what, product, unit, floor, ratio, goal }) => [
    what,
    `${shown(product)} ${unit}`,
    floor === undefined ? "" : `${shown(floor)} ${unit}`,
    ratio === undefined ? "" : `${(ratio * 100).toFixed(1)} %`,
    goal?.text ?? "",
    goal === undefined ? "" : verdict(goal),
  ]);
  const widths = columns.map((column, at) => Math.max(column.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const text = [columns, ...lines].map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [head, ...text.map((line) => `  ${line}`)].join("\n");
}

function verdict({ met, decides }: { met: boolean; decides: boolean }): string {
  if (met) return "met";
  return decides ? "MISSED" : "missed (told only)";
}

function shown(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function rounded(finding: Finding): Finding {
  return JSON.parse(
    JSON.stringify(finding, (_, value) => (typeof value === "number" ? Number(value.toPrecision(5)) : value)),
  );
}
