import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findWay } from "../../src/adapters/processes/supervised/ways/find-way.ts";
import type { Way } from "../../src/core/processes/process-host.ts";

/** What test programs need of a sandbox: Node and this folder. */
export const readable = [join(import.meta.dirname, "../.."), join(process.execPath, "../..")];

/** Ways of keeping commands that this machine has, and why it has not the others. */
export async function waysHere(): Promise<{ present: Way[]; absent: Map<Way, string> }> {
  const folder = await mkdtemp(join(tmpdir(), "exai-ways-here-"));
  const present: Way[] = [];
  const absent = new Map<Way, string>();
  for (const way of ["A", "B", "C"] as const) {
    const { confinement } = await findWay({ folder, among: [way], readable });
    if (confinement.way === way) present.push(way);
    else absent.set(way, confinement.missing.find((each) => each.way === way)?.reason ?? "unknown");
  }
  await rm(folder, { recursive: true });
  return { present, absent };
}
