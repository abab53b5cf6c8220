import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Child, OutputChunk, Way } from "../../src/core/processes/process-host.ts";

/** The command line of one of the programs in this folder. */
export function program(name: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, fileURLToPath(new URL(`${name}.mjs`, import.meta.url)), ...args];
}

/** Whether a process is stopped by a signal, or by its cgroup. */
export function standsStill(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (["T", "t"].includes(stateOf(pid))) return true;
  const [, unified = ""] = /^0::(.*)$/m.exec(contentOf(`/proc/${pid}/cgroup`)) ?? [];
  const places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map((root) => `${root}${unified}/cgroup.events`);
  const [, freezer = ""] = /^\d+:freezer:(.*)$/m.exec(contentOf(`/proc/${pid}/cgroup`)) ?? [];
  return (
    places.some((place) => /^frozen 1$/m.test(contentOf(place))) ||
    contentOf(`/sys/fs/cgroup/freezer${freezer}/freezer.state`).trim() === "FROZEN"
  );
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Whether a process can still do something; one that is dead and not collected cannot. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (stateOf(pid) === "Z") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As in `proc(5)`; empty where there is no such process. */
export function stateOf(pid: number): string {
  return contentOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .slice(0, 1);
}

/**
 * The number by which we know a process of this command that calls itself `inner`: a sandbox has numbers of its
 * own. `undefined` where it or the command is gone.
 */
export function outsideOf(command: number, inner: number, way: Way): number | undefined {
  if (way === "C") return isAlive(inner) ? inner : undefined;
  const own = namespaceOf(process.pid);
  if (namespaceOf(command) === "") return undefined;
  const inside = descendantsOf(command)
    .map(namespaceOf)
    .find((namespace) => namespace !== "" && namespace !== own);
  if (inside === undefined) return undefined;
  return allPids().find((pid) => namespaceOf(pid) === inside && innermostNumber(pid) === inner);
}

/** The process that spawns for this daemon; `undefined` where there is none. */
export function execHostOf(daemon: number): number | undefined {
  return allPids().find(
    (pid) => statusOf(pid, "PPid") === String(daemon) && contentOf(`/proc/${pid}/cmdline`).includes("/exec-host."),
  );
}

function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function descendantsOf(pid: number): number[] {
  const parents = new Map(allPids().map((each) => [each, Number(statusOf(each, "PPid"))]));
  const family = new Set([pid]);
  // A Set hands out what is added while it is walked.
  for (const member of family) for (const [each, parent] of parents) if (parent === member) family.add(each);
  return [...family];
}

function innermostNumber(pid: number): number {
  return Number(statusOf(pid, "NSpid").split("\t").at(-1));
}

function statusOf(pid: number, name: string): string {
  try {
    const [, value = ""] =
      new RegExp(`^${name}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return value;
  } catch {
    return "";
  }
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

/** Ends a process that a test found alive where it should not be. */
export function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
}

/** What a child writes, kept as it comes. */
export class Reading {
  readonly #chunks: AsyncIterator<OutputChunk>;
  readonly #taken = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };

  constructor(child: Child) {
    this.#chunks = child.output()[Symbol.asyncIterator]();
  }

  bytes(channel: OutputChunk["channel"]): Buffer {
    return Buffer.concat(this.#taken[channel]);
  }

  /** Reads on until the standard output matches; an end before that is a failure of the test. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.bytes("stdout").toString());
      if (found !== null) return found;
      if (!(await this.next())) throw new Error(`The output ended without ${pattern}: ${this.bytes("stdout")}`);
    }
  }

  async rest(): Promise<void> {
    while (await this.next());
  }

  async next(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#taken[next.value.channel].push(Buffer.from(next.value.bytes));
    return true;
  }
}
