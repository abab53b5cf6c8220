import { createHook } from "node:async_hooks";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process holds at one moment: how many of each, by a name that says what it is. */
export type Held = ReadonlyMap<string, number>;

/** Ends by itself within a turn, is the terminal, or is told apart below. */
const notCounted = new Set(["Immediate", "TickObject", "TTYWrap", "Timeout"]);
const firstPauseMs = 1;
const longestPauseMs = 50;

/**
 * Sees what a process holds: handles that keep it alive, open files, child processes, listeners on `process`.
 * Timers are told apart one by one, with the place that made each: the test runner's own come and go meanwhile.
 */
export class LeakWatch implements Disposable {
  /** Live timers; the error was never thrown, it remembers where. */
  readonly #timers = new Map<number, { timer: NodeJS.Timeout; made: Error }>();
  readonly #hook = createHook({
    init: (id, type, _trigger, timer) => {
      if (type === "Timeout") this.#timers.set(id, { timer: timer as NodeJS.Timeout, made: new Error("made") });
    },
    destroy: (id) => void this.#timers.delete(id),
    trackPromises: false,
  }).enable();

  now(): Held {
    const held = new Map<string, number>();
    const add = (name: string, count: number) => void held.set(name, (held.get(name) ?? 0) + count);
    for (const type of process.getActiveResourcesInfo()) if (!notCounted.has(type)) add(`handle ${type}`, 1);
    for (const name of process.eventNames()) add(`process listener ${String(name)}`, process.listenerCount(name));
    for (const file of openFiles()) add(`open file ${file}`, 1);
    for (const child of childProcesses()) add(`child process ${child}`, 1);
    for (const [id, { timer, made }] of this.#timers) {
      const maker = timer.hasRef() ? makerOf(made) : undefined;
      if (maker !== undefined) add(`timer ${id} made ${maker}`, 1);
    }
    return held;
  }

  /** What is held now and was not before. Gives what is on its way out up to `settleMs` to go. */
  async leftSince(before: Held, settleMs: number): Promise<string[]> {
    let waitedMs = 0;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await new Promise(setImmediate);
      const left = difference(before, this.now());
      if (left.length === 0 || waitedMs >= settleMs) return left;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      waitedMs += pauseMs;
    }
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
  }
}

/** The line that made a timer; `undefined` for those of Node itself, of the test runner and of this file. */
function makerOf(made: Error): string | undefined {
  const frames = made.stack?.split("\n").slice(1) ?? [];
  const maker = frames.find((frame) => !/node:|test\/support\/leaks\.ts/.test(frame));
  return maker === undefined || /node_modules\/(@?vitest|vite)\//.test(maker) ? undefined : maker.trim();
}

function difference(before: Held, now: Held): string[] {
  const more = [...now].map(([name, count]) => ({ name, count: count - (before.get(name) ?? 0) }));
  return more.filter(({ count }) => count > 0).map(({ name, count }) => (count === 1 ? name : `${name} (${count})`));
}

/** Our own children, as `pid (program)`. Empty where there is no /proc. */
function childProcesses(): string[] {
  return pids().flatMap((pid) => {
    const stat = orNothing(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
    // The program's name may itself hold brackets and spaces; what follows its last bracket is `state ppid …`.
    const end = stat.lastIndexOf(")");
    const [, parent] = stat.slice(end + 2).split(" ");
    return Number(parent) === process.pid ? [stat.slice(0, end + 1)] : [];
  });
}

/** Files on disk that we hold open. Empty where there is no /proc. */
function openFiles(): string[] {
  if (process.platform !== "linux") return [];
  const targets = readdirSync("/proc/self/fd").map((fd) => orNothing(() => readlinkSync(`/proc/self/fd/${fd}`)));
  return targets.filter((target) => target.startsWith("/") && !/^\/(dev|proc)\//.test(target));
}

function pids(): string[] {
  return process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
}

/** What is read may be gone since its directory was. */
function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
