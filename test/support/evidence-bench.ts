import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { openGitFolder } from "../../src/adapters/code/git/open-git-folder.ts";
import { CodeThread } from "../../src/adapters/code/reading/code-thread.ts";
import { openLocalProcessHost } from "../../src/adapters/processes/supervised/local-process-host.ts";
import { HandlesDisk } from "../../src/adapters/workspace/local/handles-disk.ts";
import { SystemClock } from "../../src/base/clock.ts";
import { Git } from "../../src/core/evidence/changes/git.ts";
import type { Investigator } from "../../src/core/evidence/evidence.ts";
import { Investigation } from "../../src/core/evidence/investigation.ts";
import type { ProcessHost, Way } from "../../src/core/processes/process-host.ts";
import { Workspace } from "../../src/core/workspace/workspace.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";

const clock = new SystemClock();
const path = "/usr/local/bin:/usr/bin:/bin";
const fixtures = join(import.meta.dirname, "../fixtures/repositories");
const call = "call-1" as CallId;
const principal = "ada" as PrincipalId;

/** Repositories of the fixtures. */
export const repositories = ["shop", "depot", "gate"] as const;

/** Evidence over real files, a real git and a real thread, in a folder of its own. */
export class EvidenceBench implements AsyncDisposable {
  /** The caller's only root. */
  readonly root: string;
  /** Beside the root. */
  readonly outside: string;
  readonly evidence: Investigation;
  readonly workspace: Workspace;
  readonly #folder: string;
  readonly #opened: AsyncDisposableStack;

  private constructor(made: {
    folder: string;
    root: string;
    processes: ProcessHost;
    program: string | undefined;
    opened: AsyncDisposableStack;
  }) {
    const { folder, root, processes, program, opened } = made;
    this.#folder = folder;
    this.#opened = opened;
    this.root = root;
    this.outside = join(folder, "outside");
    const code = opened.use(new CodeThread({ clock }));
    const git = new Git({ processes, program, path, clock });
    this.workspace = new Workspace({ disk: new HandlesDisk({ roots: [this.root], forbidden: [] }) });
    this.evidence = new Investigation({ workspace: this.workspace, git, openGitFolder, code, clock });
  }

  /** In a folder of its own, or over one that is there. */
  static async open({ way = "C", root, git }: { way?: Way; root?: string; git?: "none" } = {}): Promise<EvidenceBench> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-evidence-")));
    const opened = new AsyncDisposableStack();
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    for (const name of ["root", "outside"]) await mkdir(join(folder, name));
    // Whoever tests need not be who checked this repository out.
    await writeFile(join(folder, ".gitconfig"), "[safe]\n\tdirectory = *\n");
    const processes = opened.use(
      await openLocalProcessHost({ folder: join(folder, "processes"), clock, among: [way] }),
    );
    const program = git === "none" ? undefined : await processes.find("git", path);
    return new EvidenceBench({ folder, root: root ?? join(folder, "root"), processes, program, opened });
  }

  get who(): Investigator {
    return { call, owner: { principal, roots: [this.root] }, files: new Map() };
  }

  /** Writes a file below the root. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(this.root, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  /** Git as anybody has it, with the configuration of the repository in force. */
  async git(...args: readonly string[]): Promise<string> {
    const env = {
      PATH: process.env["PATH"],
      HOME: this.#folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "ada",
      GIT_AUTHOR_EMAIL: "ada@example.org",
      GIT_COMMITTER_NAME: "ada",
      GIT_COMMITTER_EMAIL: "ada@example.org",
    };
    const { stdout } = await promisify(execFile)("git", args, { cwd: this.root, env });
    return stdout;
  }

  /** Makes the root one of the repositories of the fixtures: its base committed, one of its twins in the index. */
  async take(name: (typeof repositories)[number], twin: "faulty" | "clean"): Promise<void> {
    await this.git("init", "-q", "-b", "main");
    await cp(join(fixtures, name, "base"), this.root, { recursive: true });
    await this.commit("base");
    await cp(join(fixtures, name, twin), this.root, { recursive: true });
    await this.git("add", "-A");
  }

  /** Empties the root. */
  async clear(): Promise<void> {
    await rm(this.root, { recursive: true });
    await mkdir(this.root);
  }

  /** What the index has, as absolute paths. */
  async tracked(): Promise<string[]> {
    const names = await this.git("ls-files", "-z");
    return names
      .split("\0")
      .filter(Boolean)
      .map((name) => join(this.root, name));
  }

  async commit(message: string): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
