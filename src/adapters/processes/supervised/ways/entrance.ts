import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import type { Writable } from "node:stream";
import { failureOf } from "../spawn-failure.ts";
import { send } from "../tree.ts";
import type { CommandCgroup } from "./cgroups/command-cgroup.ts";
import { removeFolders } from "./cgroups/remove-folders.ts";
import type { Spawned } from "./way.ts";

/**
 * Joins its cgroups, waits to be told of a file, and does what that says. Where nobody tells it, because whoever
 * spawned it is gone, it ends.
 */
const script =
  'while test "$1" != --; do echo 0 >"$1/cgroup.procs" || exit; shift; done; IFS= read -r line <&3 && . "$line"';

/** What a shell at an entrance becomes. */
export interface Becoming {
  /** Program and arguments. */
  words: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Absolute files, by the descriptor that they are opened as: to read, or to read and write. */
  files: readonly { descriptor: number; path: string; to: "read" | "readAndWrite" }[];
  /** Folders of cgroups that it joins besides. */
  cgroups: readonly string[];
}

interface EntranceParts {
  /** Where it is told what to become; nobody else may read it. */
  file: string;
  /** What it has joined before it is told: to join one takes a process a while. */
  cgroup: CommandCgroup | undefined;
}

/** A process that will lead into a sandbox: spawned, in its cgroup, and not told yet which command it is for. */
export class Entrance implements Spawned, AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves with the reason where no process came to be. */
  readonly failed: Promise<unknown>;
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
    const args = ["-c", script, "exai", ...(parts.cgroup?.folders ?? []), "--"];
    this.process = spawn("/bin/sh", args, {
      cwd: "/",
      env: {},
      shell: false,
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    this.failed = failureOf(this.process);
    this.#gate?.on("error", () => {});
  }

  get cgroup(): CommandCgroup | undefined {
    return this.#parts.cgroup;
  }

  get isOpen(): boolean {
    const { pid, exitCode, signalCode } = this.process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** The process goes on as that, through the same pipes. Throws where a word is none. */
  become(becoming: Becoming): void {
    const { file } = this.#parts;
    if (becoming.words.some((word) => word.includes("\0"))) throw new Error("a word of it holds a zero byte");
    writeFileSync(file, scriptOf(becoming), { mode: 0o600, flag: "wx" });
    this.#gate?.write(`${file}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { cgroup, file } = this.#parts;
    if (this.isOpen) {
      const ended = once(this.process, "exit");
      send(-(this.process.pid ?? 0), "SIGKILL");
      await ended;
    }
    rmSync(file, { force: true });
    removeFolders(cgroup?.folders ?? []);
  }

  get #gate(): Writable | undefined {
    return this.process.stdio[3] as Writable | undefined;
  }
}

function scriptOf({ words, env, files, cgroups }: Becoming): string {
  const opened = files.map(({ descriptor, path, to }) => `${descriptor}${to === "read" ? "<" : "<>"}${quoted(path)}`);
  const joined = cgroups.map((folder) => `echo 0 >${quoted(`${folder}/cgroup.procs`)} || exit\n`);
  const exported = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return [...joined, ...exported, `exec ${opened.join(" ")} || exit\n`, `exec ${words.map(quoted).join(" ")}\n`].join(
    "",
  );
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
