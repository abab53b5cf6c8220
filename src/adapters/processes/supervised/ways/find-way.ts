import { realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Confinement, Way } from "../../../../core/processes/process-host.ts";
import { instanceOf } from "../instance.ts";
import { type Bubblewrap, workingBubblewrap } from "./bubblewrap.ts";
import { BubblewrapWay } from "./bubblewrap-way.ts";
import { CgroupMaker } from "./cgroups/cgroup-maker.ts";
import { ownHierarchies } from "./cgroups/hierarchies.ts";
import { cgroupsBeginning, Entrances } from "./entrances.ts";
import { processGroup } from "./process-group.ts";
import { Reports } from "./reports.ts";
import { hasRlimits } from "./rlimits.ts";
import { type Account, accountFor } from "./sandbox/account.ts";
import { setIdFilter } from "./sandbox/set-id-filter.ts";
import type { ConfinementWay } from "./way.ts";

export interface WaySettings {
  /** Where the means of running commands lie: one for each daemon. */
  folder: string;
  /** Ways that may be used; the best of them that works here is. Absent: all. */
  among?: readonly Way[];
  /** Directories that no confined command is shown, as the daemon's own; `folder` is always one. */
  hidden?: readonly string[];
  /** Directories that every confined command may read besides the system. */
  readable?: readonly string[];
  /** Who runs the confined commands of a daemon that is root; else the owner of their directory. */
  account?: Account;
}

export interface FoundWay {
  way: ConfinementWay;
  confinement: Confinement;
}

const notAmong = "the settings leave it out";

/** Tries each way on this machine, the best first. Way C always works. */
export async function findWay(settings: WaySettings): Promise<FoundWay> {
  const may = (way: Way) => settings.among?.includes(way) ?? true;
  const missing: { way: Way; reason: string }[] = [];
  const bubblewrap = may("A") || may("B") ? await triedBubblewrap(settings) : notAmong;
  if (typeof bubblewrap === "string") {
    const reasons = (["A", "B"] as const).map((way) => ({ way, reason: may(way) ? bubblewrap : notAmong }));
    return { way: await processGroup(), confinement: { way: "C", limits: rlimits(), missing: reasons } };
  }
  const cgroups = may("A") ? CgroupMaker.open(ownHierarchies()) : notAmong;
  if (typeof cgroups !== "string") {
    cgroups.clear(cgroupsBeginning(await instanceOf(settings.folder)));
    const way = await sandboxed(settings, { bubblewrap, cgroups });
    const limits = cgroups.limits === "none" ? rlimits() : cgroups.limits;
    return { way, confinement: { way: "A", limits, missing } };
  }
  missing.push({ way: "A", reason: cgroups });
  if (may("B"))
    return { way: await sandboxed(settings, { bubblewrap }), confinement: { way: "B", limits: rlimits(), missing } };
  missing.push({ way: "B", reason: notAmong });
  return { way: await processGroup(), confinement: { way: "C", limits: rlimits(), missing } };
}

async function sandboxed(
  { folder, hidden = [], readable = [], account }: WaySettings,
  means: { bubblewrap: Bubblewrap; cgroups?: CgroupMaker },
): Promise<BubblewrapWay> {
  const places = join(folder, "places");
  const reports = await Reports.open(places);
  const filter = await writeFilter(join(places, "filter"));
  const own = [folder, ...hidden].map((path) => realpathSync(path));
  const beginning = cgroupsBeginning(await instanceOf(folder));
  return new BubblewrapWay({
    bubblewrap: means.bubblewrap,
    ...(means.cgroups && { cgroups: means.cgroups }),
    entrances: new Entrances({ cgroups: means.cgroups, beginning, folder: places }),
    reports,
    folder: places,
    hidden: own,
    readable,
    ...filter,
    ...(account && { account }),
  });
}

async function writeFilter(file: string): Promise<{ filter?: string }> {
  const filter = setIdFilter();
  if (filter === undefined) return {};
  await writeFile(file, filter, { mode: 0o600 });
  return { filter: file };
}

/** With the rights that most commands will have. */
function triedBubblewrap({ account }: WaySettings): Promise<Bubblewrap | string> {
  return workingBubblewrap(accountFor("/", account));
}

function rlimits(): Confinement["limits"] {
  return hasRlimits ? "rlimit" : "none";
}
