import { orAborted } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { TimedAbort } from "../../../base/timed-abort.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";
import type { Child, OutputChunk, ProcessExit, ProcessHost } from "../../processes/process-host.ts";

export interface GitParts {
  processes: Pick<ProcessHost, "start">;
  /** Absolute; undefined where this machine has no git. */
  program: string | undefined;
  /** Directories where git finds its own parts, `:` between them. */
  path: string;
  clock: Clock;
}

/**
 * One run of git, in a clean environment to which `env` is added. It may write `maxBytes`, and is ended beyond that.
 */
export interface GitRun {
  call: CallId;
  /** The subcommand first. */
  arguments: readonly string[];
  /** Which repository, in variables of git. */
  env: Readonly<Record<string, string>>;
  cwd: { path: string; handle?: string };
  /** Absolute directories that it may see. */
  roots: readonly string[];
  input?: Uint8Array;
  maxBytes: number;
}

/** What a run came to. A code other than 0 is no fault here: who asked knows what it means. */
export interface GitOutput {
  /** Undefined where it was ended for writing too much. */
  code: number | undefined;
  out: Uint8Array;
  /** The beginning of what it complained about. */
  complaint: string;
}

const maxMs = 20_000;
const maxComplaintBytes = 2000;
const limits = { cpuMs: 20_000, memoryBytes: 2 * 1024 ** 3, fileBytes: 64 * 1024 ** 2 };

/** Before each subcommand: what runs nothing, waits for nobody, and keeps large files out of memory. */
const first = [
  ...["--no-pager", "--no-optional-locks", "--no-replace-objects"],
  ...[
    ["core.fsmonitor", "false"],
    ["core.hooksPath", "/dev/null"],
    ["core.sshCommand", "false"],
    ["core.pager", "cat"],
    ["core.quotePath", "false"],
    ["core.checkStat", "minimal"],
    ["core.bigFileThreshold", "1m"],
    ["core.packedGitWindowSize", "32m"],
    ["core.packedGitLimit", "256m"],
    ["submodule.recurse", "false"],
    ["protocol.allow", "never"],
    ["gpg.program", "false"],
  ].flatMap(([name, value]) => ["-c", `${name}=${value}`]),
];

const environment = {
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "false",
  GIT_PAGER: "cat",
};

/** Runs git as a confined command, without the network and with a clean environment. */
export class Git {
  readonly #parts: GitParts;

  constructor(parts: GitParts) {
    this.#parts = parts;
  }

  /** What it writes, up to `maxBytes`. Refuses with `tool.unavailable` where it is missing or takes more than 20 s. */
  async run(run: GitRun, signal: AbortSignal): Promise<GitOutput> {
    const { clock, processes } = this.#parts;
    using limited = new TimedAbort(signal, { clock, afterMs: maxMs, by: "limit" });
    await using child = await processes.start(this.#spec(run), limited.signal);
    try {
      return await orAborted(outputOf(child, run), limited.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (limited.signal.aborted) throw unavailable(`git took more than ${maxMs} ms`);
      throw error;
    }
  }

  #spec({ call, arguments: given, env, cwd, roots }: GitRun): Parameters<ProcessHost["start"]>[0] {
    const { program, path } = this.#parts;
    if (program === undefined) throw unavailable("there is no git on this machine");
    return {
      call,
      argv: [program, ...first, ...given],
      cwd: cwd.path,
      ...(cwd.handle !== undefined && { cwdHandle: cwd.handle }),
      env: { PATH: path, ...environment, ...env },
      limits,
      reach: { roots, network: false },
    };
  }
}

async function outputOf(child: Child, { input, maxBytes }: GitRun): Promise<GitOutput> {
  if (input !== undefined) void child.input(input).catch(() => {});
  child.endInput();
  const seen = { out: new Pieces(maxBytes), complaint: new Pieces(maxComplaintBytes) };
  const isWhole = await collect(child.output(), seen);
  const exit: ProcessExit | undefined = isWhole ? await child.exited : undefined;
  return {
    code: exit === undefined ? undefined : (exit.code ?? -1),
    out: seen.out.bytes(),
    complaint: new TextDecoder().decode(seen.complaint.bytes()).trim(),
  };
}

/** Whether it came to an end before there was more than is taken. */
async function collect(
  chunks: AsyncIterable<OutputChunk>,
  { out, complaint }: { out: Pieces; complaint: Pieces },
): Promise<boolean> {
  for await (const { channel, bytes } of chunks) {
    if (channel === "stderr") complaint.add(bytes);
    else if (!out.add(bytes)) return false;
  }
  return true;
}

class Pieces {
  readonly #pieces: Uint8Array[] = [];
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** Whether all of it had room. */
  add(bytes: Uint8Array): boolean {
    // They are overwritten once the event loop goes on, and a slice of a buffer is no copy.
    const taken = Uint8Array.from(bytes.subarray(0, this.#left));
    this.#left -= taken.length;
    if (taken.length > 0) this.#pieces.push(taken);
    return taken.length === bytes.length;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

function unavailable(fact: string): Fault {
  return new Fault("tool.unavailable", `Cannot look into the repository: ${fact}, expected its answer`);
}
