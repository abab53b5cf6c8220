import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";

/** One process and no later one with its number: the start time tells them apart within a boot. */
export interface Identity {
  pid: number;
  /** Clock ticks since boot; 0 where the system does not tell. */
  startTime: number;
}

export interface ProcessRow extends Identity {
  /** As in `proc(5)`: `T` stopped, `Z` dead and not yet collected. */
  state: string;
  parent: number;
  group: number;
  session: number;
  /** Processor time of its own and of its children that have ended. */
  cpuMs: number;
}

/** `proc(5)` counts in hundredths of a second on every Linux that Node runs on. */
const msPerTick = 10;
const lineBytes = 1024;

/** Whether this system tells about other processes. */
export const hasProcessTable = process.platform === "linux";

/** The process as it is now, `undefined` where there is none. */
export function readProcess(pid: number): ProcessRow | undefined {
  const stat = lineOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name may hold spaces and brackets; it ends at the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: Number(fields[19]),
    cpuMs: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick,
  };
}

export function listProcesses(): ProcessRow[] {
  if (!hasProcessTable) return [];
  const rows: ProcessRow[] = [];
  for (const name of readdirSync("/proc")) {
    const row = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** Its children, as the kernel lists them where it is made to, else as the whole table shows them. */
export function childrenOf(pid: number): ProcessRow[] {
  const listed = lineOf(`/proc/${pid}/task/${pid}/children`);
  if (listed === undefined) return listProcesses().filter(({ parent }) => parent === pid);
  const pids = listed.split(" ").filter(Boolean).map(Number);
  return pids.map(readProcess).filter((row) => row !== undefined);
}

/** Whether the process began with `name=value` in its environment, where `value` starts with `prefix`. */
export function hasVariable(pid: number, name: string, prefix: string): boolean {
  return `\0${contentOf(`/proc/${pid}/environ`) ?? ""}`.includes(`\0${name}=${prefix}`);
}

/** What of the process is in memory now; 0 where there is none. */
export function residentBytes(pid: number): number {
  const [, kibibytes = "0"] = /^VmRSS:\s*(\d+) kB$/m.exec(contentOf(`/proc/${pid}/status`) ?? "") ?? [];
  return Number(kibibytes) * 1024;
}

/** Names this boot of the machine; process numbers and start times mean nothing in another. */
export function bootId(): string {
  return contentOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/** Whether a process that can still do something has this identity. */
export function isLiving(row: ProcessRow | undefined, identity: Identity): boolean {
  return row !== undefined && row.startTime === identity.startTime && row.state !== "Z" && row.state !== "X";
}

/** The beginning of a file, and all of one that is a line: a table has hundreds, and this is the cheapest look at one. */
function lineOf(path: string): string | undefined {
  try {
    const descriptor = openSync(path, "r");
    try {
      const bytes = Buffer.allocUnsafe(lineBytes);
      return bytes.toString("latin1", 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Processes end while one looks at them, and some belong to others: both read as nothing. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
