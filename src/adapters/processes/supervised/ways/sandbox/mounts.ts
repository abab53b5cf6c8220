import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { isInside } from "../../../../../base/is-inside.ts";
import { isOfTheSystem } from "./system.ts";

/** What is mounted, by the file system and the place in it; as the process that has this table sees it. */
interface Mount {
  device: string;
  root: string;
  at: string;
}

/**
 * What is not in a sandbox as it was meant, once it is made and before its command begins. Names are looked up while
 * it is made: whoever exchanges one meanwhile for a link would have it show what the link leads to. Where the table
 * hides a mount, since what it stands on was moved away, one is missing. `words` are what made the sandbox.
 */
export function exchangedIn(pid: number, words: readonly string[]): string | undefined {
  const machine = tableOf("self");
  const devices = new Set(machine.map(({ device }) => device));
  const sources = sourcesOf(words);
  const isMeant = ({ device, root, at }: Mount) =>
    meantAt(at, { sources, machine }).some((path) => {
      const found = placeOf(path, machine);
      return found?.device === device && found.root === root;
    });
  // What the machine has not was made for the sandbox.
  const shown = tableOf(pid).filter(({ device }) => devices.has(device));
  const stray = shown.find((mount) => !isMeant(mount))?.at;
  return stray ?? missingFrom(shown, words);
}

/** What has to be there, as often as it was asked for. */
function missingFrom(shown: readonly Mount[], words: readonly string[]): string | undefined {
  const wanted = words.flatMap((word, index) => (/^--(ro-)?bind$/.test(word) ? (words[index + 2] ?? []) : []));
  const count = (all: readonly string[], at: string) => all.filter((each) => each === at).length;
  const places = shown.map(({ at }) => at);
  return wanted.find((at) => at.startsWith("/") && !isOfTheSystem(at) && count(places, at) < count(wanted, at));
}

/** What may stand there. What is mounted inside of what is shown comes with it; no link is followed that a command can make. */
function meantAt(at: string, { sources, machine }: { sources: Sources; machine: readonly Mount[] }): readonly string[] {
  if (isOfTheSystem(at)) return [at, truePath(at)];
  const isShown = isInside(at, [...sources.keys()]);
  const comesAlong = isShown && machine.some((mount) => mount.at === at) ? [at] : [];
  const given = sources.get(at) ?? [];
  return [...comesAlong, ...given.flatMap(({ path, isWritable }) => (isWritable ? [path] : [path, truePath(path)]))];
}

type Sources = ReadonlyMap<string, readonly { path: string; isWritable: boolean }[]>;

/** What is shown, by where it is shown, and whether a command can write there. */
function sourcesOf(words: readonly string[]): Sources {
  const bound = words.flatMap((word, index) => {
    const [path, at] = words.slice(index + 1, index + 3);
    return /^--(ro-)?bind(-try)?$/.test(word) && path?.startsWith("/") && at !== undefined ? [{ word, path, at }] : [];
  });
  const folders = bound.flatMap(({ word, path }) => (word === "--bind" ? [path] : []));
  const told = bound.map(({ path, at }) => ({ path, at, isWritable: isInside(path, folders) }));
  return Map.groupBy(told, ({ at }) => at);
}

/** Where a path lies by its name, whatever lies there. The latest of several mounts covers the others. */
function placeOf(path: string, machine: readonly Mount[]): Pick<Mount, "device" | "root"> | undefined {
  const holding = machine.filter(({ at }) => isInside(path, [at]));
  const longest = Math.max(...holding.map(({ at }) => at.length));
  const mount = holding.findLast(({ at }) => at.length === longest);
  return mount && { device: mount.device, root: join(mount.root, path.slice(mount.at === "/" ? 0 : mount.at.length)) };
}

/** Of `proc_pid_mountinfo(5)`: number, parent, device, root, mount point, and what is of no interest here. */
function tableOf(process: number | "self"): Mount[] {
  const lines = readFileSync(`/proc/${process}/mountinfo`, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, , device = "", root = "", at = ""] = line.split(" ").map(unescaped);
    return { device, root, at };
  });
}

function unescaped(word: string): string {
  return word.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function truePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
