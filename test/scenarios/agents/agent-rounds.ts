import { readdirSync } from "node:fs";
import { temporaryFolder } from "../../support/core.ts";
import type { DaemonProcess } from "../../support/daemon.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import type { Sample } from "../soak/drift.ts";
import { InspectedHeap, inspectable } from "../soak/inspected-heap.ts";
import { agentDaemon, runsOf, usersOf, wrongWith } from "./agent-users.ts";
import { answerRuns, strangersIn } from "./model-of-runs.ts";

export interface AgentRounds {
  users: number;
  /** Each user has two runs in each round, all users at once. */
  rounds: number;
  onRound: (sample: Sample) => void;
}

export interface RoundsTold {
  samples: Sample[];
  runs: number;
  /** What was wrong with a run, in words. */
  wrong: string[];
  /** What models were shown of others. */
  strangers: string[];
  requests: number;
  /** Permits held or waited for, and calls without an ending, once everybody has gone. */
  left: number;
}

/** Rounds of agent runs against a real daemon, their readers cut again and again. */
export async function agentRounds({ users: count, rounds, onRound }: AgentRounds): Promise<RoundsTold> {
  await using vendor = await VendorServer.open();
  await using folder = await temporaryFolder();
  await using daemon = await agentDaemon(vendor, { folder: folder.path, env: inspectable });
  const users = await usersOf(daemon, count, folder.path);
  using heap = await InspectedHeap.of(daemon);
  answerRuns(vendor);
  const told: RoundsTold = { samples: [], runs: 0, wrong: [], strangers: [], requests: 0, left: 0 };
  const startMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    const runs = (await Promise.all(users.map((user) => runsOf(daemon, user, { runs: 2, cutEvery: 9, round })))).flat();
    told.runs += runs.length;
    told.wrong.push(...runs.flatMap(wrongWith));
    told.requests += vendor.seen.length;
    told.strangers.push(...vendor.seen.splice(0).flatMap(strangersIn));
    const seconds = (performance.now() - startMs) / 1000;
    told.samples.push({ calls: told.runs, seconds, heapBytes: await heap.livingBytes(), ...heldBy(daemon) });
    onRound(told.samples.at(-1) ?? { calls: 0, seconds, heapBytes: 0, memoryBytes: 0, handles: 0 });
  }
  const { permits, phases } = await statusOf(daemon);
  const held = Object.values(permits).reduce((sum, permit) => sum + permit.held + permit.waiting, 0);
  told.left = Object.values(phases).reduce((sum, open) => sum + open, held);
  return told;
}

function heldBy({ pid }: DaemonProcess): Pick<Sample, "memoryBytes" | "handles"> {
  return { memoryBytes: memoryOf(pid), handles: readdirSync(`/proc/${pid}/fd`).length };
}
