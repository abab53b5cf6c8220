import { parseArgs } from "node:util";
import { agentRounds } from "../test/scenarios/agents/agent-rounds.ts";
import { driftOf, type Sample } from "../test/scenarios/soak/drift.ts";

// Agent runs of many users for as long as it takes: `npm run agents -- --rounds 40 --users 50`.
const { values } = parseArgs({ options: { rounds: { type: "string" }, users: { type: "string" } } });
const rounds = Number(values.rounds ?? 12);
const users = Number(values.users ?? 50);

const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1).padStart(9);
const row = ({ calls, seconds, heapBytes, memoryBytes, handles }: Sample) =>
  `${String(calls).padStart(10)} ${seconds.toFixed(0).padStart(8)} ${mebibytes(heapBytes)} ${mebibytes(memoryBytes)} ${String(handles).padStart(8)}`;

console.log("      runs  seconds   heap MB    RSS MB  handles");
const told = await agentRounds({ users, rounds, onRound: (sample) => console.log(row(sample)) });
const { leaks } = driftOf(told.samples);
const strangers = told.strangers.map((name) => `a model was shown ${name} of another run`);
const left = told.left === 0 ? [] : [`${told.left} permits or calls are left`];
console.log(`\n${told.runs} runs, ${told.requests} model requests`);
const wrong = [...told.wrong, ...strangers, ...leaks, ...left];
for (const what of wrong) console.log(`✗ ${what}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
