import type { Clock } from "../../base/clock.ts";
import type { CommandLimits } from "../../core/processes/commands/command.ts";
import type { Child, OutputChunk, ProcessUsage } from "../../core/processes/process-host.ts";
import { limitReached, notLoggedIn } from "./limit-faults.ts";

/** Who cannot log in says so at once; what is said later may be about somebody else's login. */
const loginBytes = 32 * 1024;
const overlap = 512;
const usageEveryMs = 1000;
const usageLimits = ["cpuMs", "memoryBytes", "processes"] as const;
const maxPauseMs = 900_000;

export interface WatchParts {
  command: string;
  limits: CommandLimits;
  loginFailure: readonly RegExp[];
  child: Pick<Child, "usage">;
  clock: Clock;
}

/** Looks at a command while it runs; `breached` rejects with the fault of the first limit that it passes. */
export class Watch implements Disposable {
  readonly breached: Promise<never>;
  readonly #parts: WatchParts;
  readonly #breach = Promise.withResolvers<never>();
  readonly #timers = new Map<"idle" | "usage" | "pause", Disposable>();
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #said = { stdout: "", stderr: "" };
  #bytes = 0;
  /** Since when the command could have written; undefined while its output waits for us, or it is paused. */
  #quietSinceMs: number | undefined;
  #isPaused = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.breached = this.#breach.promise;
    // A command that ends before it is told of.
    this.breached.catch(() => {});
    this.#listen();
    this.#lookForSilence();
    this.#lookAtUsage();
  }

  /** The same chunks, seen on their way. Silence is only what the command is silent, not what its output waits. */
  async *over(chunks: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk, void, undefined> {
    for await (const chunk of chunks) {
      this.#quietSinceMs = undefined;
      this.#heard(chunk);
      yield chunk;
      this.#listen();
    }
  }

  paused(): void {
    const pauseMs = this.#parts.limits.pauseMs ?? maxPauseMs;
    this.#isPaused = true;
    this.#quietSinceMs = undefined;
    this.#timer("pause", pauseMs, () => this.#breach.reject(limitReached("pauseMs", pauseMs)));
  }

  resumed(): void {
    this.#timers.get("pause")?.[Symbol.dispose]();
    this.#isPaused = false;
    this.#listen();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #listen(): void {
    if (!this.#isPaused) this.#quietSinceMs = this.#parts.clock.monotonicMs();
  }

  #heard({ channel, bytes }: OutputChunk): void {
    const { limits, loginFailure } = this.#parts;
    const before = this.#bytes;
    this.#bytes += bytes.length;
    if (limits.outputBytes !== undefined && this.#bytes > limits.outputBytes)
      this.#breach.reject(limitReached("outputBytes", limits.outputBytes));
    if (loginFailure.length > 0 && before < loginBytes) this.#lookForLogin(channel, bytes);
  }

  /** What was cut between two chunks is found as well. */
  #lookForLogin(channel: OutputChunk["channel"], bytes: Uint8Array): void {
    const text = this.#said[channel] + this.#decoders[channel].decode(bytes, { stream: true });
    const found = this.#parts.loginFailure.map((pattern) => pattern.exec(text)).find((match) => match !== null);
    if (found !== undefined) this.#breach.reject(notLoggedIn(this.#parts.command, found[0].slice(0, 200)));
    this.#said[channel] = text.slice(-overlap);
  }

  /** One timer, however much is written: it looks how long the silence is when it fires. */
  #lookForSilence(): void {
    const { limits, clock } = this.#parts;
    const { idleMs } = limits;
    if (idleMs === undefined) return;
    const quietMs = this.#quietSinceMs === undefined ? 0 : clock.monotonicMs() - this.#quietSinceMs;
    if (quietMs >= idleMs) this.#breach.reject(limitReached("idleMs", idleMs));
    else this.#timer("idle", Math.ceil(idleMs - quietMs), () => this.#lookForSilence());
  }

  #lookAtUsage(): void {
    const watched = usageLimits.filter((name) => this.#parts.limits[name] !== undefined);
    if (watched.length > 0) this.#timer("usage", usageEveryMs, () => void this.#checkUsage(watched));
  }

  async #checkUsage(watched: readonly (keyof ProcessUsage)[]): Promise<void> {
    const { limits } = this.#parts;
    const usage = await this.#usage();
    const passed = watched.find((name) => usage !== undefined && usage[name] > (limits[name] ?? Infinity));
    if (passed !== undefined) this.#breach.reject(limitReached(passed, limits[passed]));
    else if (this.#timers.has("usage")) this.#lookAtUsage();
  }

  /** A look that fails tells nothing; the next one may. */
  async #usage(): Promise<ProcessUsage | undefined> {
    return await this.#parts.child.usage().catch(() => undefined);
  }

  #timer(name: "idle" | "usage" | "pause", delayMs: number, fire: () => void): void {
    this.#timers.get(name)?.[Symbol.dispose]();
    this.#timers.set(name, this.#parts.clock.timer(delayMs, fire));
  }
}
