import type { ProcessUsage } from "../../../core/processes/process-host.ts";
import {
  hasVariable,
  type Identity,
  isLiving,
  listProcesses,
  type ProcessRow,
  readProcess,
  residentBytes,
} from "./process-table.ts";
import { send, type Tree } from "./tree.ts";

/** The variable that every command of a host begins with; what it starts inherits it. */
export const markVariable = "EXAI_CALL_MARK";

/** What a tree is held by. */
interface Walls {
  /** Members that a signal which asks passes by: their end would be the end of others unasked. */
  spares(member: ProcessRow): boolean;
  /** Processes of which one lives while anything of the tree does. Absent: none is sure to. */
  within?: readonly Identity[];
}

const unasked: ReadonlySet<NodeJS.Signals> = new Set(["SIGKILL", "SIGSTOP", "SIGCONT"]);

/**
 * The tree as Linux shows it: the command's group and session, descendants of every member, whoever carries
 * the mark, and whoever was a member before. Out of reach is only what left the group and the session,
 * lost its parent and dropped its environment before it was ever seen here.
 */
export class ProcessTree implements Tree {
  readonly #root: Identity;
  readonly #mark: string;
  readonly #walls: Walls | undefined;
  readonly #known = new Map<number, number>();
  /** Once nobody holds the group's number, a later group of that number is a stranger's. */
  #groupOver = false;

  constructor(root: Identity, mark: string, walls?: Walls) {
    this.#root = root;
    this.#mark = mark;
    this.#walls = walls;
    this.#known.set(root.pid, root.startTime);
  }

  living(): string[] {
    return this.#members().map(({ pid, startTime }) => `${pid}@${startTime}`);
  }

  pids(): number[] {
    return this.#members().map(({ pid }) => pid);
  }

  running(): string[] {
    return this.#named((row) => !isStopped(row));
  }

  stopped(): string[] {
    return this.#named(isStopped);
  }

  /** The group is reached as one, so that a member that forks at this moment does not slip through. */
  signal(signal: NodeJS.Signals): void {
    const walls = this.#walls;
    const members = this.#members();
    const { pid: group } = this.#root;
    if (walls !== undefined && !unasked.has(signal)) {
      for (const member of members) if (!walls.spares(member)) signalOne(member, signal);
      return;
    }
    if (!this.#groupOver) send(-group, signal);
    for (const member of members) if (member.group !== group || this.#groupOver) signalOne(member, signal);
  }

  /** The time of children that have ended counts for their parents. */
  usage(): ProcessUsage | undefined {
    const members = this.#members();
    if (members.length === 0) return undefined;
    return {
      cpuMs: members.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      memoryBytes: members.reduce((sum, { pid }) => sum + residentBytes(pid), 0),
      processes: members.length,
    };
  }

  #named(wanted: (row: ProcessRow) => boolean): string[] {
    return this.#members()
      .filter(wanted)
      .map(({ pid, startTime }) => `${pid}@${startTime}`);
  }

  #members(): ProcessRow[] {
    if (this.#walls?.within?.every((wall) => !isLiving(readProcess(wall.pid), wall))) return [];
    const table = new Map(listProcesses().map((row) => [row.pid, row]));
    table.delete(process.pid);
    this.#judgeGroup(table);
    const members = new Map<number, ProcessRow>();
    for (const row of table.values()) if (this.#belongs(row)) members.set(row.pid, row);
    addDescendants(members, table);
    this.#known.clear();
    for (const { pid, startTime } of members.values()) this.#known.set(pid, startTime);
    return [...members.values()].filter((row) => isLiving(row, row));
  }

  /** A number stays taken while a process, a group or a session has it: unheld means free for strangers. */
  #judgeGroup(table: ReadonlyMap<number, ProcessRow>): void {
    if (this.#groupOver) return;
    const leader = table.get(this.#root.pid);
    const recycled = leader !== undefined && leader.startTime !== this.#root.startTime;
    this.#groupOver = recycled || ![...table.values()].some((row) => this.#inGroup(row));
  }

  #inGroup(row: ProcessRow): boolean {
    return row.group === this.#root.pid || row.session === this.#root.pid;
  }

  #belongs(row: ProcessRow): boolean {
    if (row.startTime < this.#root.startTime) return false;
    if (this.#known.get(row.pid) === row.startTime) return true;
    if (!this.#groupOver && this.#inGroup(row)) return true;
    return hasVariable(row.pid, markVariable, `${this.#mark}\0`);
  }
}

/** Signals this process and no later one with its number. */
export function signalOne(identity: Identity, signal: NodeJS.Signals): void {
  if (isLiving(readProcess(identity.pid), identity)) send(identity.pid, signal);
}

function isStopped(row: ProcessRow): boolean {
  return row.state === "T" || row.state === "t";
}

function addDescendants(members: Map<number, ProcessRow>, table: ReadonlyMap<number, ProcessRow>): void {
  const children = Map.groupBy(table.values(), (row) => row.parent);
  // A Map hands out what is added while it is walked, so this goes all the way down.
  for (const pid of members.keys()) for (const child of children.get(pid) ?? []) members.set(child.pid, child);
}
