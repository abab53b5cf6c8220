import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disk } from "../../../src/core/workspace/disk.ts";
import { Workspace } from "../../../src/core/workspace/workspace.ts";
import { Fault } from "../../../src/protocol/fault.ts";
import { program } from "../../programs/programs.ts";

const verbs = ["read", "create", "cwd"] as const;
type Verb = (typeof verbs)[number];

/** What came of the tries of one verb. Each is one of the last three. */
export interface RaceReport {
  verb: Verb;
  tries: number;
  inside: number;
  /** What was reached outside the root: 0, or the race is lost. */
  outside: number;
  refused: number;
  /** Times that a link was put in the place of a directory meanwhile. */
  swaps: number;
}

interface Race {
  disk: Disk;
  tries: number;
  seed: number;
  /** `loss` where the first time outside is enough. */
  until: "end" | "loss";
}

const never = new AbortController().signal;

/** Uses a path under each verb while another process keeps putting a link that leads outside into it. */
export async function symlinkRace(race: Race): Promise<RaceReport[]> {
  const reports: RaceReport[] = [];
  for (const verb of verbs) reports.push(await raceOf(verb, race));
  return reports;
}

async function raceOf(verb: Verb, { disk, tries, seed, until }: Race): Promise<RaceReport> {
  await using arena = await openArena(seed);
  const workspace = new Workspace({ disk });
  const report: RaceReport = { verb, tries: 0, inside: 0, outside: 0, refused: 0, swaps: 0 };
  while (report.tries < tries && !(until === "loss" && report.outside > 0)) {
    report.tries += 1;
    report[await outcomeOf(attempt[verb](workspace, arena, report.tries))] += 1;
  }
  report.swaps = arena.swaps();
  return report;
}

type Attempt = (workspace: Workspace, arena: Arena, number: number) => Promise<string>;

/** Each tells what it met: the content of the file that lies inside, or of the one outside. */
const attempt: Record<Verb, Attempt> = {
  async read(workspace, { scope }, number) {
    const path = number % 2 === 0 ? "swap/file" : "leaf";
    return (await workspace.read(scope, { path }, never)).lines.join("");
  },
  async create(workspace, { scope, outside }, number) {
    const name = `new-${number}`;
    await workspace.create(scope, { path: `swap/${name}`, bytes: new Uint8Array() }, never);
    return (await readdir(outside)).includes(name) ? "outside" : "inside";
  },
  async cwd(workspace, { scope }) {
    await using directory = await workspace.directory(scope, "swap", never);
    return await readFile(join(directory.handle ?? directory.path, "file"), "utf8");
  },
};

async function outcomeOf(met: Promise<string>): Promise<"inside" | "outside" | "refused"> {
  try {
    return (await met) === "inside" ? "inside" : "outside";
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (error instanceof Fault || isGone) return "refused";
    throw error;
  }
}

interface Arena extends AsyncDisposable {
  scope: { roots: readonly string[]; base: string };
  outside: string;
  swaps(): number;
}

/** A root in which `swap` and `leaf` are exchanged for links that lead outside, to a file that says this, from now on. */
export async function openArena(seed: number, says = "outside"): Promise<Arena> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-race-")));
  const [root, outside] = [join(folder, "root"), join(folder, "outside")];
  await mkdir(join(root, "swap"), { recursive: true });
  await mkdir(outside);
  for (const path of ["swap/file", "leaf"]) await writeFile(join(root, path), "inside");
  await writeFile(join(outside, "file"), says);
  await symlink(outside, join(root, "swap-link"));
  await symlink(join(outside, "file"), join(root, "leaf-link"));
  const [node, ...args] = program("swaps-links", root, String(seed));
  const attacker = spawn(node, args, { stdio: ["ignore", "pipe", "inherit"] });
  let bytes = 0;
  attacker.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(attacker.stdout, "data");
  return {
    scope: { roots: [root], base: root },
    outside,
    swaps: () => bytes * 64,
    async [Symbol.asyncDispose]() {
      attacker.kill("SIGKILL");
      if (attacker.exitCode === null && attacker.signalCode === null) await once(attacker, "close");
      await rm(folder, { recursive: true });
    },
  };
}
