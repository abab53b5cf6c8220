import { parseArgs } from "node:util";
import { install } from "./installed.ts";
import { machineFacts } from "./machine.ts";
import { holds, keep, type Report, table } from "./report.ts";
import type { Bench, Row } from "./row.ts";
import { commandStart } from "./rows/command-start.ts";
import { durableEcho } from "./rows/durable-echo.ts";
import { fastReader } from "./rows/fast-reader.ts";
import { idleMcpSessions } from "./rows/idle-mcp-sessions.ts";
import { idleSessions } from "./rows/idle-sessions.ts";
import { interrupt } from "./rows/interrupt.ts";
import { mcpEcho } from "./rows/mcp-echo.ts";
import { resume } from "./rows/resume.ts";
import { startUp } from "./rows/start-up.ts";
import { stoppedReaders } from "./rows/stopped-readers.ts";
import { streamedAnswer } from "./rows/streamed-answer.ts";
import { toolLists } from "./rows/tool-lists.ts";
import { workflowStep } from "./rows/workflow-step.ts";

// npm run bench [-- row…] [-- --quick]: rows by number or name, all of them where none is named.
const rows: readonly Row[] = [
  durableEcho,
  mcpEcho,
  idleSessions,
  idleMcpSessions,
  resume,
  fastReader,
  stoppedReaders,
  interrupt,
  commandStart,
  startUp,
  toolLists,
  streamedAnswer,
  workflowStep,
];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== "--"),
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false } },
  });
  const chosen = chosenRows(positionals);
  const machine = machineFacts();
  console.log(JSON.stringify(machine));
  await using installed = await install();
  const scale = values.quick ? "quick" : "full";
  const bench: Bench = { installed, scale, rounds: values.quick ? 3 : 5, say: (text) => console.log(`  ${text}`) };
  const reports: Report[] = [];
  for (const row of chosen) {
    console.log(`\n${row.number} · ${row.what}`);
    const report = {
      row,
      scale: bench.scale,
      rounds: bench.rounds,
      machine: machineFacts(),
      findings: await row.run(bench),
    };
    await keep(report);
    reports.push(report);
  }
  for (const report of reports) console.log(table(report));
  return reports.every(holds) ? 0 : 1;
}

function chosenRows(names: readonly string[]): readonly Row[] {
  if (names.length === 0) return rows;
  return names.flatMap((name) => {
    const named = rows.filter(({ number, name: own }) => own === name || String(number) === name);
    if (named.length > 0) return named;
    throw new Error(`No row ${name}, expected one of ${rows.map((each) => `${each.number} ${each.name}`).join(", ")}`);
  });
}
