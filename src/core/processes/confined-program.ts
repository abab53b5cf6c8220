import { join } from "node:path";
import { z } from "zod";
import { isInside } from "../../base/is-inside.ts";
import type { Paths } from "./commands/paths.ts";
import type { ProcessLimits, Reach } from "./process-host.ts";

/** A name that every shell takes. */
export const variableName = z.string().regex(/^[A-Za-z_]\w{0,127}$/);
/** A bare name, found along a `PATH`, or an absolute path. */
export const programName = z.string().regex(/^([\w][\w.+-]*|\/[^\0]+)$/);
/** Its form alone; whether something is there is asked when it is used. */
export const absolutePath = z.string().regex(/^\/[^\0]*$/, "expected an absolute path");
export const amount = z.int().min(1);

/** What every entry of the settings that names a program may say of what that is given and how it is confined. */
export const confinedProgram = {
  env: z.record(variableName, z.string().max(32_768)).default({}),
  /** Variables that it gets from the daemon's own environment or `.env`, credentials among them. */
  pass: z.array(variableName).max(64).default([]),
  /** Where it may work, inside its user's own roots; all of those where it is absent. */
  roots: z.array(absolutePath).min(1).max(32).optional(),
  /** What else it may write in although it is confined; `~/` begins at the home of the daemon's user. */
  directories: z
    .array(z.string().regex(/^(~\/|\/)[^\0]+$/))
    .max(32)
    .default([]),
  network: z.boolean().default(false),
  /** It runs in no worse way than this. */
  least: z.enum(["A", "B", "C"]).default("C"),
} as const;

/** What its whole tree may use; what is absent is not limited. */
export const treeLimits = {
  memoryBytes: amount.optional(),
  processes: amount.optional(),
  /** The largest file that it may write. */
  fileBytes: amount.optional(),
  /** Open files of one process. */
  openFiles: amount.optional(),
} as const;

/** Where a program works for one user. */
export interface Places {
  /** Directories of the user. */
  workRoots: readonly string[];
  /** Directories of the operator's, as far as they are there. */
  directories: readonly string[];
  reach: Reach;
}

interface Entry {
  roots?: readonly string[] | undefined;
  directories: readonly string[];
  network: boolean;
}

/** What a program reaches for a user of these roots. A directory that is not there is not made: nobody used it yet. */
export async function placesOf(
  { roots, directories: named, network }: Entry,
  userRoots: readonly string[],
  { home, paths }: { home: string; paths: Pick<Paths, "isDirectory"> },
): Promise<Places> {
  const workRoots = roots === undefined ? userRoots : inBoth(roots, userRoots);
  const absolute = named.map((each) => (each.startsWith("~/") ? join(home, each.slice(2)) : each));
  const there = await Promise.all(absolute.map((each) => paths.isDirectory(each)));
  const directories = absolute.filter((_, at) => there[at]);
  return { workRoots, directories, reach: { roots: [...workRoots, ...directories], network } };
}

/** What every program is given, from nothing: of the daemon's own environment it sees none. `terminal` is its `TERM`. */
export function plainEnvironment({ path, home }: { path: string; home: string }, terminal = "dumb") {
  return { PATH: path, HOME: home, LANG: "C.UTF-8", TERM: terminal };
}

/** What of an entry's limits the processes themselves are held to. */
export function processLimits(limits: { [limit in keyof ProcessLimits]: number | undefined }): ProcessLimits {
  const { cpuMs, memoryBytes, processes, fileBytes, openFiles } = limits;
  return {
    ...(cpuMs !== undefined && { cpuMs }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(processes !== undefined && { processes }),
    ...(fileBytes !== undefined && { fileBytes }),
    ...(openFiles !== undefined && { openFiles }),
  };
}

/** Directories that lie in one of each. */
function inBoth(some: readonly string[], others: readonly string[]): string[] {
  const inner = some.filter((each) => isInside(each, others));
  return [...inner, ...others.filter((each) => !inner.includes(each) && isInside(each, some))];
}
