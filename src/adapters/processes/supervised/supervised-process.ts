import type { Clock } from "../../../base/clock.ts";
import { orLate } from "../../../base/or-late.ts";
import type { ProcessUsage, TerminalSize } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Ended, Supervision } from "./supervision.ts";
import type { Tree } from "./tree.ts";
import { Turns } from "./turns.ts";
import type { Ending, Place, SeenEnding } from "./ways/way.ts";

const settleMs = 1000;
const unkillableMs = 1000;

type Steering = "SIGSTOP" | "SIGCONT";

interface SupervisedParts {
  pid: number;
  ended: Promise<SeenEnding>;
  place: Place;
  tree: Tree;
  clock: Clock;
  /** Told once nothing of the tree lives, before anybody else. */
  onEnded: () => Promise<void>;
}

/** A command and its tree. Operations wait for each other; the end of the command waits for none. */
export class SupervisedProcess implements Supervision {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #place: Place;
  readonly #tree: Tree;
  readonly #clock: Clock;
  readonly #turns = new Turns();
  readonly #nothingLives = Promise.withResolvers<void>();
  /** A pause or resume whose turn has not come. */
  #waiting: { signal: Steering; answer: Promise<"done" | "gone"> } | undefined;
  #hurry = Promise.withResolvers<void>();
  #commandEnded = false;
  #treeEnded = false;
  /** While true, what outlives the command may still end by itself. */
  #inGrace = false;
  /** Set once what cannot be killed was told of: nobody waits for it any more. */
  #abandoned = false;

  constructor(parts: SupervisedParts) {
    this.pid = parts.pid;
    this.#place = parts.place;
    this.#tree = parts.tree;
    this.#clock = parts.clock;
    this.ended = this.#finish(parts.ended, parts.onEnded);
  }

  pause(): Promise<"done" | "gone"> {
    return this.#steer("SIGSTOP");
  }

  resume(): Promise<"done" | "gone"> {
    return this.#steer("SIGCONT");
  }

  async resize(size: TerminalSize): Promise<"done" | "gone"> {
    const { resize } = this.#place;
    if (resize === undefined)
      throw new Fault("process.no-terminal", "Cannot resize the command: it has pipes, expected a terminal");
    if (this.#commandEnded) return "gone";
    await resize(size);
    return "done";
  }

  async usage(): Promise<ProcessUsage | undefined> {
    return this.#treeEnded ? undefined : this.#tree.usage();
  }

  /** A request without grace also cuts short the grace of one that is under way. */
  cancel(request: { graceMs: number }): Promise<Ended> {
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

  /** Whoever asks while another waits for its turn is answered by that turn, which does what was asked last. */
  #steer(signal: Steering): Promise<"done" | "gone"> {
    if (this.#waiting !== undefined) {
      this.#waiting.signal = signal;
      return this.#waiting.answer;
    }
    const answer = this.#turns.take(() => {
      const wanted = this.#waiting?.signal ?? signal;
      this.#waiting = undefined;
      return this.#signalUntil(wanted);
    });
    this.#waiting = { signal, answer };
    return answer;
  }

  /** Two looks in a row must find nobody left: a child that was made during the first is met by the second. */
  async #signalUntil(signal: Steering): Promise<"done" | "gone"> {
    const left = () => (signal === "SIGSTOP" ? this.#tree.running() : this.#tree.stopped());
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

  async #end(graceMs: number): Promise<Ended> {
    if (!this.#commandEnded && graceMs > 0) await this.#endGently(graceMs);
    const untilMs = this.#clock.monotonicMs() + unkillableMs;
    while (!this.#treeEnded) {
      // What outlived the command is the sweep's, which counts it.
      if (!this.#commandEnded) this.#tree.signal("SIGKILL");
      await this.#unlessEnded(20);
      if (!this.#treeEnded && this.#clock.monotonicMs() > untilMs) this.#refuseSurvivors();
    }
    return await this.ended;
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

  async #finish(command: SupervisedParts["ended"], onEnded: () => Promise<void>): Promise<Ended> {
    const seen = await command;
    this.#commandEnded = true;
    while (this.#inGrace && this.#tree.living().length > 0) await this.#unlessEnded(20);
    const orphansKilled = await this.#sweep();
    // What the place cannot tell any more, whoever spawned it saw.
    const ending: Ending = await this.#place.exit(seen).catch(() => seen);
    await onEnded();
    this.#treeEnded = true;
    this.#nothingLives.resolve();
    return { orphansKilled, ...ending };
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
    await orLate(this.#nothingLives.promise, { clock: this.#clock, afterMs: ms });
  }
}
