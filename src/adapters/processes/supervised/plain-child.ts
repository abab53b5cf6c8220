import type { ChildProcessByStdio } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../../../base/clock.ts";
import type { Child, OutputChunk, ProcessExit } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import { MergedOutput } from "./merged-output.ts";
import { StandardInput } from "./standard-input.ts";
import type { Tree } from "./tree.ts";
import { Turns } from "./turns.ts";

export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const settleMs = 1000;
const unkillableMs = 1000;

/** A running command and its tree. Operations wait for each other; the end of the command waits for none. */
export class PlainChild implements Child {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly #tree: Tree;
  readonly #clock: Clock;
  readonly #output: MergedOutput;
  readonly #input: StandardInput;
  readonly #turns = new Turns();
  readonly #nothingLives = Promise.withResolvers<void>();
  #hurry = Promise.withResolvers<void>();
  #commandEnded = false;
  #treeEnded = false;
  /** While true, what outlives the command may still end by itself. */
  #inGrace = false;
  /** Set once what cannot be killed was told of: nobody waits for it any more. */
  #abandoned = false;

  /** `onEnded` is told once nothing of the tree lives. */
  constructor(parts: { process: PipedProcess; pid: number; tree: Tree; clock: Clock; onEnded: () => void }) {
    this.pid = parts.pid;
    this.#tree = parts.tree;
    this.#clock = parts.clock;
    this.#output = new MergedOutput(parts.process);
    this.#input = new StandardInput(parts.process.stdin);
    const ended = Promise.withResolvers<Pick<ProcessExit, "code" | "signal">>();
    parts.process.once("exit", (code, signal) => ended.resolve({ code, signal }));
    // A signal that could not be sent is not this object's: it sends its own.
    parts.process.on("error", () => {});
    this.exited = this.#finish(ended.promise, parts.onEnded);
  }

  output(): AsyncIterable<OutputChunk> {
    return this.#output;
  }

  input(bytes: Uint8Array): Promise<void> {
    return this.#input.write(bytes);
  }

  endInput(): void {
    this.#input.end();
  }

  pause(): Promise<"done" | "gone"> {
    return this.#turns.take(() => this.#signalUntil("SIGSTOP", () => this.#tree.running()));
  }

  resume(): Promise<"done" | "gone"> {
    return this.#turns.take(() => this.#signalUntil("SIGCONT", () => this.#tree.stopped()));
  }

  async resize(): Promise<"gone"> {
    throw new Fault("process.no-terminal", "Cannot resize the command: it has pipes, expected a terminal");
  }

  async usage(): Promise<undefined> {
    return undefined;
  }

  /** A request without grace also cuts short the grace of one that is under way. */
  cancel(request: { graceMs: number }): Promise<ProcessExit> {
    if (request.graceMs === 0) this.#hurry.resolve();
    return this.#turns.take(() => this.#end(request.graceMs));
  }

  /** Survivors that a cancel has told of are not told twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#abandoned) return;
    try {
      await this.cancel({ graceMs: 0 });
    } finally {
      this.#abandoned = true;
    }
  }

  /** Two looks in a row must find nobody left: a child that was made during the first is met by the second. */
  async #signalUntil(signal: NodeJS.Signals, left: () => string[]): Promise<"done" | "gone"> {
    const untilMs = this.#clock.monotonicMs() + settleMs;
    if (!this.#commandEnded) this.#tree.signal(signal);
    for (let quiet = 0; quiet < 2 && this.#clock.monotonicMs() < untilMs; ) {
      if (this.#commandEnded) return "gone";
      if (left().length === 0) quiet += 1;
      else {
        quiet = 0;
        this.#tree.signal(signal);
        await this.#unlessEnded(1);
      }
    }
    return this.#tree.living().length === 0 ? "gone" : "done";
  }

  async #end(graceMs: number): Promise<ProcessExit> {
    if (!this.#commandEnded && graceMs > 0) await this.#endGently(graceMs);
    const untilMs = this.#clock.monotonicMs() + unkillableMs;
    while (!this.#treeEnded) {
      // What outlived the command is the sweep's, which counts it.
      if (!this.#commandEnded) this.#tree.signal("SIGKILL");
      await this.#unlessEnded(20);
      if (!this.#treeEnded && this.#clock.monotonicMs() > untilMs) this.#refuseSurvivors();
    }
    return await this.exited;
  }

  /** A stopped process gets its TERM only when it goes on. */
  async #endGently(graceMs: number): Promise<void> {
    this.#inGrace = true;
    this.#hurry = Promise.withResolvers();
    this.#tree.signal("SIGTERM");
    this.#tree.signal("SIGCONT");
    await Promise.race([this.#unlessEnded(graceMs), this.#hurry.promise]);
    this.#inGrace = false;
  }

  #refuseSurvivors(): void {
    const processes = this.#tree.living();
    if (processes.length === 0) return;
    this.#abandoned = true;
    throw new Fault(
      "process.unkillable",
      `Cannot end the command: ${processes.length} of its processes live on after KILL, expected none`,
      { facts: { processes } },
    );
  }

  async #finish(ended: Promise<Pick<ProcessExit, "code" | "signal">>, onEnded: () => void): Promise<ProcessExit> {
    const { code, signal } = await ended;
    this.#commandEnded = true;
    this.#input.destroy();
    while (this.#inGrace && this.#tree.living().length > 0) await this.#unlessEnded(20);
    const orphansKilled = await this.#sweep();
    onEnded();
    this.#treeEnded = true;
    this.#nothingLives.resolve();
    const drained = await this.#output.drain(this.#clock);
    return { code, signal, signalNumber: signal === null ? 0 : constants.signals[signal], orphansKilled, drained };
  }

  /** Ends what outlived the command; answers how many that were, once two passes in a row found nobody. */
  async #sweep(): Promise<number> {
    const orphans = new Set<string>();
    for (let quiet = 0, waitMs = 1; quiet < 2 && !this.#abandoned; ) {
      const living = this.#tree.living();
      for (const name of living) orphans.add(name);
      if (living.length === 0) quiet += 1;
      else {
        quiet = 0;
        this.#tree.signal("SIGKILL");
        await this.#unlessEnded(waitMs);
        waitMs = Math.min(waitMs * 2, 1000);
      }
    }
    return orphans.size;
  }

  async #unlessEnded(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    using _timer = this.#clock.timer(ms, late.resolve);
    await Promise.race([this.#nothingLives.promise, late.promise]);
  }
}
