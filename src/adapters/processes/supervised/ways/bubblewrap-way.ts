import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessLimits, ProcessSpec } from "../../../../core/processes/process-host.ts";
import { childrenOf, type Identity, type ProcessRow } from "../process-table.ts";
import { markVariable, ProcessTree } from "../process-tree.ts";
import { isShells } from "../shell-variables.ts";
import { resizeTerminal, terminalLine } from "../terminal.ts";
import type { Bubblewrap } from "./bubblewrap.ts";
import { CgroupTree } from "./cgroup-tree.ts";
import type { CgroupMaker } from "./cgroups/cgroup-maker.ts";
import type { CommandCgroup } from "./cgroups/command-cgroup.ts";
import { endingOf, limitBehind } from "./ending.ts";
import type { Becoming, Entrance } from "./entrance.ts";
import type { Entrances } from "./entrances.ts";
import { notPlaced } from "./not-placed.ts";
import type { Report, Reports } from "./reports.ts";
import { rlimitLine } from "./rlimits.ts";
import { type Account, accountFor, becoming, checkEntry } from "./sandbox/account.ts";
import { sandboxArguments } from "./sandbox/arguments.ts";
import { exchangedIn } from "./sandbox/mounts.ts";
import { Repositories } from "./sandbox/repositories.ts";
import { checkedRoots } from "./sandbox/roots.ts";
import { warden } from "./warden.ts";
import type { ConfinementWay, Ending, Place, SeenEnding, Spawned } from "./way.ts";

interface BubblewrapParts {
  bubblewrap: Bubblewrap;
  /** Present in way A. */
  cgroups?: CgroupMaker;
  entrances: Entrances;
  reports: Reports;
  /** Where the arguments of sandboxes lie while they run. */
  folder: string;
  /** The file with a filter of system calls; absent where none is known for this machine. */
  filter?: string;
  /** Directories that no command is shown. */
  hidden: readonly string[];
  /** Directories that every command may read. */
  readable: readonly string[];
  /** Who runs the commands of a daemon that is root; the owner of the directory where it is absent. */
  account?: Account;
}

/** Ways A and B: a sandbox with nothing in it but the system and the roots; in A in cgroups of its own. */
export class BubblewrapWay implements ConfinementWay {
  readonly way: "A" | "B";
  readonly #parts: BubblewrapParts;
  readonly #repositories = new Repositories();
  #placed = 0;

  constructor(parts: BubblewrapParts) {
    this.way = parts.cgroups === undefined ? "B" : "A";
    this.#parts = parts;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.entrances[Symbol.asyncDispose]();
  }

  async place(spec: ProcessSpec, mark: string): Promise<Place> {
    const { hidden, account: named } = this.#parts;
    await using undo = new AsyncDisposableStack();
    const roots = checkedRoots(spec, hidden);
    const account = accountOf(spec, named);
    for (const directory of new Set([...roots, spec.cwd])) await checkEntry(spec, account, directory);
    const guard = undo.use(this.#repositories.guard(roots, spec.cwd, hidden));
    const report = undo.use(await this.#parts.reports.take());
    const words = this.#words({ spec, mark, account, roots, guards: guard.arguments });
    const file = this.#writeArguments(words);
    undo.defer(() => rmSync(file, { force: true }));
    const { entrance, cgroup } = this.#enterable(spec, undo);
    const inside = { spec, mark, report, words, entrance, files: this.#files(file, report), ...(cgroup && { cgroup }) };
    const outer = [...becoming(account), this.#parts.bubblewrap.path, "--args", "8", "--"];
    return new SandboxPlace({ ...inside, outer, held: cgroup === undefined ? [] : this.#heldByCgroup() }, undo.move());
  }

  /** A sandbox has its filter on descriptor 7, its arguments on 8, its warden's report on 9. */
  #files(file: string, report: Report): Becoming["files"] {
    return [
      { descriptor: 7, path: this.#parts.filter ?? "/dev/null", to: "read" },
      { descriptor: 8, path: file, to: "read" },
      { descriptor: 9, path: report.path, to: "readAndWrite" },
    ];
  }

  #heldByCgroup(): readonly (keyof ProcessLimits)[] {
    return this.#parts.cgroups?.limits === "none" ? [] : ["memoryBytes", "processes"];
  }

  /** The cgroups go once the process at the entrance is gone. */
  #enterable(spec: ProcessSpec, undo: AsyncDisposableStack): Pick<Inside, "entrance" | "cgroup"> {
    const { entrances, cgroups } = this.#parts;
    let cgroup: CommandCgroup | undefined;
    undo.defer(() => cgroup?.remove());
    try {
      const entrance = undo.use(entrances.take());
      cgroup = entrance.cgroup && cgroups?.limited(entrance.cgroup, spec.limits ?? {});
      return { entrance, ...(cgroup && { cgroup }) };
    } catch (error) {
      throw notPlaced(spec, `no cgroup could be made for it (${error instanceof Error ? error.message : error})`);
    }
  }

  #words(parts: {
    spec: ProcessSpec;
    mark: string;
    account: Account | undefined;
    roots: readonly string[];
    guards: readonly string[];
  }): string[] {
    const { spec, mark, ...more } = parts;
    const { readable, hidden, bubblewrap } = this.#parts;
    const env = {
      ...Object.fromEntries(Object.entries(spec.env).filter(([name]) => !isShells(name))),
      [markVariable]: mark,
    };
    const filter = this.#parts.filter === undefined ? ("absent" as const) : ("given" as const);
    const shown = { spec, env, readable, hidden, ...more, nesting: bubblewrap.nesting, filter };
    const words = sandboxArguments(shown);
    if (words.some((word) => word.includes("\0"))) throw notPlaced(spec, "a word of it holds a zero byte");
    return words;
  }

  /** In a file, since other users of the machine can read the words of a command line. */
  #writeArguments(words: readonly string[]): string {
    this.#placed += 1;
    const file = join(this.#parts.folder, `arguments-${this.#placed}`);
    writeFileSync(file, words.map((word) => `${word}\0`).join(""), { mode: 0o600, flag: "wx" });
    return file;
  }
}

function accountOf(spec: ProcessSpec, named: Account | undefined): Account | undefined {
  try {
    return accountFor(spec.cwd, named);
  } catch (error) {
    throw notPlaced(spec, `its directory cannot be found (${error instanceof Error ? error.message : error})`);
  }
}

interface Inside {
  spec: ProcessSpec;
  mark: string;
  report: Report;
  /** What the sandbox is made of. */
  words: readonly string[];
  entrance: Entrance;
  files: Becoming["files"];
  cgroup?: CommandCgroup;
}

class SandboxPlace implements Place {
  readonly outer: readonly string[];
  readonly inner: readonly string[];
  readonly warden = warden;
  readonly cwd = "/";
  readonly env: Readonly<Record<string, string>>;
  readonly cgroups: readonly string[];
  readonly resize?: (size: { rows: number; cols: number }) => Promise<void>;
  readonly #inside: Inside;
  readonly #stack: AsyncDisposableStack;
  #tree: ProcessTree | undefined;

  constructor(
    parts: Inside & { outer: readonly string[]; held: readonly (keyof ProcessLimits)[] },
    stack: AsyncDisposableStack,
  ) {
    const { spec, mark, cgroup, outer, held } = parts;
    this.outer = outer;
    this.inner = [
      ...rlimitLine(spec.limits ?? {}, held),
      ...shellsOwn(spec.env),
      ...(spec.tty === undefined ? [] : terminalLine(spec, spec.tty)),
    ];
    this.env = { [markVariable]: mark };
    this.cgroups = cgroup?.folders ?? [];
    this.#inside = parts;
    this.#stack = stack;
    if (spec.tty !== undefined) this.resize = (size) => resizeTerminal(this.#tree?.pids() ?? [], size);
  }

  enter(line: readonly string[]): Spawned {
    const { entrance, files, cgroup } = this.#inside;
    const joined = entrance.cgroup?.folders ?? [];
    const cgroups = (cgroup?.folders ?? []).filter((folder) => !joined.includes(folder));
    entrance.become({ words: line, env: this.env, files, cgroups });
    return entrance;
  }

  tree(root: Identity): CgroupTree | ProcessTree {
    const { spec, mark, words, cgroup } = this.#inside;
    const [init] = childrenOf(root.pid);
    const [gate] = init === undefined ? [] : childrenOf(init.pid);
    const exchanged = gate === undefined ? undefined : exchangedIn(gate.pid, words);
    if (exchanged !== undefined) throw notPlaced(spec, `${exchanged} was exchanged while its sandbox was made`);
    const spares = ({ pid, parent }: ProcessRow) =>
      pid === root.pid || pid === init?.pid || (spec.tty !== undefined && parent === gate?.pid);
    // With the first process of their namespace the kernel has ended all others.
    this.#tree = new ProcessTree(root, mark, { spares, ...(init && { within: [root, init] }) });
    return cgroup === undefined ? this.#tree : new CgroupTree(this.#tree, cgroup);
  }

  async exit(seen: SeenEnding): Promise<Ending> {
    const { spec, report, cgroup } = this.#inside;
    const told = report.read();
    const status = told.status ?? seen.code;
    const ending = status === null ? seen : endingOf(status);
    const spent = cgroup?.ranOutOfMemory() ? "memoryBytes" : limitBehind(ending.signal, spec.limits ?? {});
    const isEnded = ending.signal !== null || ending.code !== 0;
    return { ...ending, orphansKilled: told.left ?? 0, ...(spent !== undefined && isEnded && { limit: spent }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** Variables that shells would take for their own are given to the program past them. */
function shellsOwn(env: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(env).filter(([name]) => isShells(name));
  return own.length === 0 ? [] : ["/usr/bin/env", ...own.map(([name, value]) => `${name}=${value}`)];
}
