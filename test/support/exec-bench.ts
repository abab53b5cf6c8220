import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitFolder } from "../../src/adapters/code/git/open-git-folder.ts";
import { openSpoolOutputLog } from "../../src/adapters/output/spool/spool-output-log.ts";
import { DiskPaths } from "../../src/adapters/processes/paths/disk-paths.ts";
import { openLocalProcessHost } from "../../src/adapters/processes/supervised/local-process-host.ts";
import { HandlesDisk } from "../../src/adapters/workspace/local/handles-disk.ts";
import { SystemClock } from "../../src/base/clock.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { Account } from "../../src/core/budgets/account.ts";
import { limitsOf } from "../../src/core/budgets/spending.ts";
import type { CallContext, Feedable, Owner, Pausable } from "../../src/core/calls/work.ts";
import { ApartRepositories } from "../../src/core/evidence/changes/apart-repositories.ts";
import { Git } from "../../src/core/evidence/changes/git.ts";
import { type NamedCommand, namedCommand } from "../../src/core/processes/commands/command.ts";
import { openCommandTable } from "../../src/core/processes/commands/command-table.ts";
import type { ExecutingFacts } from "../../src/core/processes/commands/executing.ts";
import { RunningCommands } from "../../src/core/processes/commands/running.ts";
import type { OutputLog } from "../../src/core/processes/output-log.ts";
import type { ProcessHost } from "../../src/core/processes/process-host.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { Workspace } from "../../src/core/workspace/workspace.ts";
import type { CallId, PrincipalId } from "../../src/protocol/ids.ts";
import { noUsage, type Result } from "../../src/protocol/result.ts";
import { execTool } from "../../src/tools/exec/exec-tool.ts";
import type { ExecSettings } from "../../src/tools/exec/plan.ts";
import { readOutput } from "./read-output.ts";

const clock = new SystemClock();
const call = "call-1" as CallId;
const nothing = { [Symbol.dispose]() {} };

/** Where bare names are found. */
export const commandPath = "/usr/local/bin:/usr/bin:/bin";
export const caps = { perCall: 256 * 1024, perPrincipal: 1024 * 1024, all: 1024 * 1024 };

/** A call as a tool sees it, kept open to a test. */
export class OpenCall {
  readonly events: { type: string; data: unknown }[] = [];
  readonly aborting = new AbortController();
  pausable: Pausable | undefined;
  feedable: Feedable | undefined;
  /** When what was emitted so far is durable: a test's gate. */
  flushed: () => Promise<void> = async () => {};
  readonly #started = Promise.withResolvers<void>();

  /** Resolves once the command runs and can be controlled. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  context(owner: Owner): CallContext {
    const unused = () => {
      throw new Error("exec has no use for this");
    };
    return {
      call,
      tool: "exec",
      owner,
      attempt: 1,
      startedAt: 0,
      signal: this.aborting.signal,
      deadline: new Deadline(clock, Number.POSITIVE_INFINITY),
      traceparent: "",
      budget: {},
      usage: noUsage,
      account: new Account({ usage: noUsage, limits: limitsOf({}), above: undefined }),
      files: new Map(),
      emit: (type, data) => void this.events.push({ type, data }),
      flushed: () => this.flushed(),
      pausable: (part) => {
        this.pausable = part;
        return nothing;
      },
      feedable: (part) => {
        this.feedable = part;
        this.#started.resolve();
        return nothing;
      },
      delta: unused,
      step: unused,
      unsafeStep: unused,
      slot: unused,
      span: unused,
      ask: unused,
      child: unused,
      told: [],
    };
  }
}

export interface ToolOptions extends Partial<ExecSettings> {
  /** `EXAI_EXEC_ALLOW`; any program by default. */
  allow?: readonly string[];
  /** Commands of the settings, as they are written there. */
  own?: readonly object[];
  usual?: readonly NamedCommand[];
  executing?: ExecutingFacts;
}

/** The exec tool over real processes and a real spool, in a root of its own. */
export class ExecBench implements AsyncDisposable {
  readonly root: string;
  readonly spool: string;
  readonly processes: ProcessHost;
  readonly outputs: OutputLog;
  readonly running = new RunningCommands();

  private constructor(root: string, processes: ProcessHost, outputs: OutputLog) {
    this.root = root;
    this.spool = join(root, "home/spool");
    this.processes = processes;
    this.outputs = outputs;
  }

  static async open(): Promise<ExecBench> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "exai-exec-")));
    const processes = await openLocalProcessHost({ folder: join(root, "home/processes"), clock, among: ["C"] });
    const outputs = await openSpoolOutputLog({
      folder: join(root, "home/spool"),
      caps,
      bytesPerSecond: 2 ** 40,
      clock,
    });
    return new ExecBench(root, processes, outputs);
  }

  async tool({ allow = ["*"], own = [], usual = [], executing, ...settings }: ToolOptions = {}): Promise<Tool> {
    const { root, processes, outputs, running } = this;
    const paths = new DiskPaths();
    const commands = await openCommandTable({
      own: own.map((entry) => namedCommand.parse(entry)),
      usual,
      executing: executing ?? { interpreters: [], flags: {} },
      allow,
      path: commandPath,
      find: (name, path) => processes.find(name, path),
      paths,
    });
    const home = join(root, "home");
    const workspace = new Workspace({ disk: new HandlesDisk({ roots: [root], forbidden: [home] }) });
    const git = new Git({ processes, program: await processes.find("git", commandPath), path: commandPath, clock });
    return execTool({
      processes,
      outputs,
      running,
      presences: { whenLeft: () => nothing },
      commands,
      paths,
      clock,
      workspace,
      repositories: new ApartRepositories({ workspace, git, openGitFolder }),
      settings: {
        timeoutMs: 60_000,
        graceMs: 20_000,
        path: commandPath,
        variables: [],
        home,
        leastWay: undefined,
        forbidden: [home],
        variable: () => undefined,
        ...settings,
      },
      credential: () => ({ env: { EXAI_CALL: "a token" }, ...nothing }),
    });
  }

  async run(input: object, given: { exec?: Tool; open?: OpenCall; role?: Owner["role"] } = {}): Promise<Result> {
    const { exec = await this.tool(), open = new OpenCall(), role = "owner" } = given;
    const owner: Owner = { principal: "anna" as PrincipalId, role, roots: [this.root] };
    return await exec.run(open.context(owner), exec.input.parse(input));
  }

  /** What is kept of the output. */
  async bytes(): Promise<Buffer> {
    const pieces = await readOutput(this.outputs, call);
    return Buffer.concat(pieces.map((piece) => (piece.kind === "data" ? piece.bytes : Buffer.alloc(0))));
  }

  async written(): Promise<string> {
    return (await this.bytes()).toString();
  }

  /** Waits until the log matches; a hint that was missed is in the log. */
  async until(pattern: RegExp): Promise<void> {
    for (;;) {
      const more = Promise.withResolvers<void>();
      using _following = this.outputs.follow(call, more.resolve);
      if (pattern.test(await this.written())) return;
      await more.promise;
    }
  }

  /** Makes room for another run of the same call. */
  async forget(): Promise<void> {
    await this.outputs.remove([call]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.processes[Symbol.asyncDispose]();
    await this.outputs[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true });
  }
}
