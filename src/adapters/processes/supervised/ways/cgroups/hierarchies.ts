import { accessSync, constants, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/** This process's own folder in each hierarchy of cgroups that it may make others in. */
export interface Hierarchies {
  /** Version 2. */
  unified?: string;
  /** Version 1, by controller. */
  memory?: string;
  pids?: string;
  freezer?: string;
}

/** Where the daemon's own processes withdraw to: a cgroup with limited ones below it holds none itself. */
export const daemonsFolder = "exai-daemon";

const controllers = ["memory", "pids", "freezer"] as const;

/** Where this process may make cgroups, from the tables of the kernel. */
export function ownHierarchies(tables = kernelTables()): Hierarchies {
  const found: Hierarchies = {};
  for (const { root, at, type, options } of mountsIn(tables.mounts)) {
    if (type === "cgroup2") setOwn(found, "unified", ownFolder({ root, at }, withoutDaemons(pathOf(tables.own, ""))));
    if (type !== "cgroup") continue;
    for (const controller of controllers)
      if (options.includes(controller))
        setOwn(found, controller, ownFolder({ root, at }, pathOf(tables.own, controller)));
  }
  return found;
}

function kernelTables(): { mounts: string; own: string } {
  return { mounts: readTable("/proc/self/mountinfo"), own: readTable("/proc/self/cgroup") };
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function mountsIn(table: string): { root: string; at: string; type: string; options: string[] }[] {
  return table.split("\n").flatMap((line) => {
    const [place = "", system = ""] = line.split(" - ");
    const [, , , root = "", at = ""] = place.split(" ");
    const [type = "", , options = ""] = system.split(" ");
    return type.startsWith("cgroup") ? [{ root, at, type, options: options.split(",") }] : [];
  });
}

/** A line of `/proc/self/cgroup` is `number:controllers:path`; version 2 names no controllers. */
function pathOf(table: string, controller: string): string | undefined {
  for (const line of table.split("\n")) {
    const [, names = "", path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined && names.split(",").includes(controller)) return path;
  }
  return undefined;
}

/** Whoever is started by a daemon that has withdrawn is where that is, and makes cgroups beside it. */
function withoutDaemons(path: string | undefined): string | undefined {
  return path !== undefined && basename(path) === daemonsFolder ? dirname(path) : path;
}

function ownFolder({ root, at }: { root: string; at: string }, path: string | undefined): string | undefined {
  if (path === undefined || relative(root, path).startsWith("..")) return undefined;
  return join(at, relative(root, path));
}

function setOwn(found: Hierarchies, name: keyof Hierarchies, folder: string | undefined): void {
  if (folder !== undefined && found[name] === undefined && isWritable(folder)) found[name] = folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
