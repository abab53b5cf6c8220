import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../../../base/clock.ts";
import type { Child, Confinement, ProcessHost, ProcessSpec } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import { findExecutable, unrunnable } from "./executable.ts";
import { GroupTree } from "./group-tree.ts";
import { Ledger } from "./ledger.ts";
import { type PipedProcess, PlainChild } from "./plain-child.ts";
import { hasProcessTable, type Identity, readProcess } from "./process-table.ts";
import { markVariable, ProcessTree } from "./process-tree.ts";
import { reap } from "./reap.ts";
import { send, type Tree } from "./tree.ts";

const setpriv = "/usr/bin/setpriv";
/** The kernel ends the command with the daemon, and no set-id program among its children gets out of reach. */
const guardArguments = [setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--"];

/**
 * Commands as plain children of the daemon (way C): its user, its files, its network. They end with their
 * call, and with the daemon as far as the kernel lets one see to it: what was left behind by a killed daemon
 * is ended by `reap` of the next on the same folder. A child that left its group and session, lost its
 * parent and dropped its environment is out of reach; on macOS so is every child that left its group, and
 * `reap` does nothing there.
 */
export async function openPlainProcessHost(parts: { folder: string; clock: Clock }): Promise<ProcessHost> {
  await mkdir(parts.folder, { recursive: true });
  return new PlainProcessHost({
    clock: parts.clock,
    ledger: new Ledger(join(parts.folder, "running")),
    instance: await instanceOf(parts.folder),
    guard: await workingGuard(),
  });
}

class PlainProcessHost implements ProcessHost {
  readonly confinement: Confinement = { way: "C", limits: "none", missing: [] };
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #instance: string;
  readonly #guard: readonly string[];
  readonly #children = new Set<PlainChild>();
  #started = 0;

  constructor(parts: { clock: Clock; ledger: Ledger; instance: string; guard: readonly string[] }) {
    this.#clock = parts.clock;
    this.#ledger = parts.ledger;
    this.#instance = parts.instance;
    this.#guard = parts.guard;
  }

  find(name: string, path: string): Promise<string | undefined> {
    return findExecutable(name, path);
  }

  async start(spec: ProcessSpec, signal: AbortSignal): Promise<Child> {
    signal.throwIfAborted();
    const reason = await unrunnable(spec.argv[0]);
    if (reason !== undefined) throw notStarted(spec, reason);
    signal.throwIfAborted();
    this.#started += 1;
    const mark = `${this.#instance}:${spec.call}:${this.#started}`;
    const started = this.#spawn(spec, mark);
    const { pid } = started;
    if (pid === undefined) throw notStarted(spec, await failureOf(started));
    const identity: Identity = { pid, startTime: readProcess(pid)?.startTime ?? 0 };
    const row = this.#record(spec, identity, mark);
    const tree: Tree = hasProcessTable ? new ProcessTree(identity, mark) : new GroupTree(pid);
    const onEnded = () => {
      row[Symbol.dispose]();
      this.#children.delete(child);
    };
    const child: PlainChild = new PlainChild({ process: started, pid, tree, clock: this.#clock, onEnded });
    this.#children.add(child);
    return child;
  }

  reap(): Promise<number> {
    return reap({ ledger: this.#ledger, instance: this.#instance, clock: this.#clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = await Promise.allSettled([...this.#children].map((child) => child[Symbol.asyncDispose]()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  #spawn(spec: ProcessSpec, mark: string): PipedProcess {
    const [program, ...args] = [...this.#guard, ...spec.argv];
    try {
      return spawn(program ?? spec.argv[0], args, {
        cwd: spec.cwd,
        env: { ...spec.env, [markVariable]: mark },
        shell: false,
        detached: true,
        stdio: ["pipe", "pipe", "pipe"],
      });
    } catch (error) {
      throw notStarted(spec, error);
    }
  }

  /** A command that cannot be recorded must not run: nobody would find it after a crash. */
  #record(spec: ProcessSpec, identity: Identity, mark: string): Disposable {
    try {
      return this.#ledger.add(identity, mark);
    } catch (error) {
      send(-identity.pid, "SIGKILL");
      throw notStarted(spec, error);
    }
  }
}

/** Names this folder's commands among all processes of the machine, over restarts of the daemon. */
async function instanceOf(folder: string): Promise<string> {
  const file = join(folder, "instance");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return known;
  const instance = randomUUID();
  await writeFile(file, instance, { mode: 0o600 });
  return instance;
}

/** The program of that name is not the same everywhere: it is used where it does what it is asked. */
async function workingGuard(): Promise<readonly string[]> {
  const [program = "", ...args] = guardArguments;
  const works = await promisify(execFile)(program, [...args, "/bin/sh", "-c", ":"]).then(
    () => true,
    () => false,
  );
  return works ? guardArguments : [];
}

/** Where no process came to be, the reason follows as an event. */
async function failureOf(process: PipedProcess): Promise<unknown> {
  const [error] = await once(process, "error");
  return error;
}

function notStarted(spec: ProcessSpec, reason: unknown): Fault {
  const code = reason instanceof Error && "code" in reason ? reason.code : reason;
  return new Fault("process.not-started", `Cannot start ${spec.argv[0]} in ${spec.cwd}: ${code}`, {
    facts: { program: spec.argv[0], cwd: spec.cwd, reason: String(code) },
    cause: reason,
  });
}
