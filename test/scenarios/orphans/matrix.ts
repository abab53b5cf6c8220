import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Way } from "../../../src/core/processes/process-host.ts";
import { removeCgroups } from "../../support/cgroups.ts";
import { type Shape, Sleeper, shapes } from "./shapes.ts";
import { StandIn } from "./stand-in.ts";

export const endings = ["cancel", "exit", "kill daemon", "kill host", "kill both"] as const;
export type Ending = (typeof endings)[number];

/** How many were left of each shape: once nothing changed any more, and after the next start on the folder. */
export type Left = Partial<Record<Shape, { atOnce: number; afterNextStart: number }>>;

interface Unreached {
  atOnce: readonly Shape[];
  afterNextStart: readonly Shape[];
}

/** What way C cannot promise: who dropped all that tells it apart, and who killed its supervisor, before a next start. */
const outOfReachInC: Record<Ending, Unreached> = {
  cancel: { atOnce: ["clean"], afterNextStart: ["clean"] },
  exit: { atOnce: [], afterNextStart: [] },
  "kill daemon": { atOnce: ["clean", "killsup"], afterNextStart: ["clean"] },
  "kill host": { atOnce: ["clean"], afterNextStart: ["clean"] },
  "kill both": { atOnce: ["child", "group", "setsid", "double", "clean", "killsup"], afterNextStart: ["clean"] },
};

/** Shapes that a way does not promise to end. */
export function outOfReach(way: Way | "plain", ending: Ending): Unreached {
  if (way === "plain") return { atOnce: shapes, afterNextStart: shapes };
  return way === "C" ? outOfReachInC[ending] : { atOnce: [], afterNextStart: [] };
}

/** It kills the exec-host in way C, and so all others there: a run of its own. */
const alone: readonly Shape[] = ["killsup"];

/** One row of the orphan matrix: every shape that can end so, in one way; what is left is told and ended. */
export async function row(way: Way | "plain", ending: Ending): Promise<Left> {
  const ended = shapes.filter((shape) => (shape === "leave") === (ending === "exit"));
  const together = ended.filter((shape) => !alone.includes(shape));
  const apart = ended.filter((shape) => alone.includes(shape));
  const left: Left = await runOf(way, ending, together);
  for (const shape of apart) Object.assign(left, await runOf(way, ending, [shape]));
  return left;
}

async function runOf(way: Way | "plain", ending: Ending, which: readonly Shape[]): Promise<Left> {
  const folder = await mkdtemp(join(tmpdir(), "exai-orphans-"));
  const sleepers = which.map((shape) => new Sleeper(shape));
  try {
    const { daemon } = await StandIn.start(folder, way);
    await using _daemon = daemon;
    const commands = sleepers.map((sleeper) => daemon.ask(sleeper));
    await Promise.all(commands.map((command) => daemon.started(command)));
    await until(() => sleepers.every((sleeper) => sleeper.hasBegun()));
    await endAll(daemon, ending, commands);
    const atOnce = await settled(sleepers, outOfReach(way, ending).atOnce);
    if (ending.startsWith("kill") && way !== "plain") {
      await using next = (await StandIn.start(folder, way)).daemon;
      await next.kill("daemon");
    }
    const afterwards = sleepers.map((sleeper) => sleeper.living().length);
    return Object.fromEntries(
      which.map((shape, n) => [shape, { atOnce: atOnce[n] ?? 0, afterNextStart: afterwards[n] ?? 0 }]),
    );
  } finally {
    for (const sleeper of sleepers) sleeper.end();
    await removeCgroups(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function endAll(daemon: StandIn, ending: Ending, commands: readonly number[]): Promise<void> {
  if (ending === "kill daemon") return await daemon.kill("daemon");
  if (ending === "kill both") return await daemon.kill("both");
  if (ending === "kill host") await daemon.kill("host");
  if (ending === "cancel") for (const command of commands) daemon.cancel(command);
  await Promise.all(commands.map((command) => daemon.over(command)));
}

/**
 * How many live of each, as soon as nothing does, or once it has not become less for long: as long as a busy
 * machine may take where somebody lives who should not.
 */
export async function settled(sleepers: readonly Sleeper[], unreached: readonly Shape[]): Promise<number[]> {
  const look = () => sleepers.map((sleeper) => sleeper.living().length);
  let counts = look();
  for (let same = 0; counts.some((count) => count > 0); same++) {
    const isWrong = sleepers.some(({ shape }, n) => counts[n] !== 0 && !unreached.includes(shape));
    if (same >= (isWrong ? 400 : 40)) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
    const next = look();
    if (next.join() !== counts.join()) same = 0;
    counts = next;
  }
  return counts;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
