import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Way } from "../../../src/core/processes/process-host.ts";
import { removeCgroups } from "../../support/cgroups.ts";
import { seeded } from "../../support/chaos-proxy.ts";
import { settled } from "./matrix.ts";
import { Sleeper } from "./shapes.ts";
import { StandIn } from "./stand-in.ts";

export const victims = ["daemon", "host", "both"] as const;

export interface Shot {
  victim: (typeof victims)[number];
  /** Between the first spawn and the kill. */
  afterMs: number;
}

/** The same for the same seed. */
export function shots(seed: number, count: number): Shot[] {
  const next = seeded(seed);
  return Array.from({ length: count }, (_, n) => ({
    victim: victims[n % victims.length] ?? "both",
    afterMs: next() * 12,
  }));
}

/** Kills after the first of three commands was spawned: how many of them had a process by then, and how many live after. */
export async function killWhileStarting(way: Way | "plain", shot: Shot): Promise<{ spawned: number; left: number }> {
  const folder = await mkdtemp(join(tmpdir(), "exai-window-"));
  const sleepers = Array.from({ length: 3 }, () => new Sleeper("direct"));
  try {
    await using daemon = (await StandIn.start(folder, way)).daemon;
    for (const sleeper of sleepers) daemon.ask(sleeper);
    while (!sleepers.some((sleeper) => sleeper.living().length > 0)) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, shot.afterMs));
    await daemon.kill(shot.victim);
    const spawned = sleepers.filter((sleeper) => sleeper.living().length > 0).length;
    // What it had not yet asked of the lost one, a daemon that goes on starts on the next.
    if (shot.victim === "host") await daemon.kill("daemon");
    const left = await settled(sleepers, []);
    return { spawned, left: left.reduce((sum, count) => sum + count, 0) };
  } finally {
    for (const sleeper of sleepers) sleeper.end();
    await removeCgroups(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
